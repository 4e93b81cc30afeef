# SPDX-License-Identifier: MIT
"""What the database tests share: a private server for each module, a fresh database for each test, our program.

    AETHER_TEST_SERVER=18 python3 -m unittest discover -s tests/database -p 'rollback_test.py'

AETHER_TEST_SERVER names the server's major version (15), AETHER_MIGRATE our program.
"""

import itertools
import os
import pathlib
import pwd
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from catalog import snapshot  # noqa: E402
from cluster import Cluster, SqlError, find_bindir  # noqa: E402
from program import ProgramTest, wait_until  # noqa: E402

SERVER = os.environ.get("AETHER_TEST_SERVER") or "15"

# Without autovacuum nothing but the test uses transaction ids; the rest makes CREATE DATABASE fast.
SETTINGS = {"autovacuum": "off", "full_page_writes": "off", "max_prepared_transactions": "2", "shared_buffers": "64MB"}

_numbers = itertools.count(1)


def unprivileged_user():
    """Somebody who may not read everything: the user nobody when the tests run as root, else None (this user)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


class EngineTest(ProgramTest):
    """One server for the module; for each test an empty database and an empty folder of migrations."""

    clusters = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cluster = EngineTest.clusters.get(cls.__module__)
        if cls.cluster is None:
            cls.cluster = EngineTest.clusters[cls.__module__] = Cluster(find_bindir(SERVER), SERVER, SETTINGS)
            unittest.addModuleCleanup(cls.cluster.close)
            cls.cluster.__enter__()

    def setUp(self):
        self.database = f"t{next(_numbers)}"
        self.cluster.create_database(self.database)
        self.folder = self.make_folder("aether-database-")

    def url(self, scheme="postgres", user="postgres", **params):
        return self.cluster.url(self.database, user, **params).replace("postgres:", f"{scheme}:", 1)

    def session(self, user="postgres"):
        session = self.cluster.session(self.database, user)
        self.addCleanup(session.close)
        return session

    def sql(self, text, user="postgres"):
        return self.cluster.sql(self.database, text, user)

    def value(self, text):
        """The one value of a query."""
        ((value,),) = self.sql(text)
        return value

    def row(self, table="schema_migrations"):
        """The version row as (version, dirty), None without one, "absent" without the table."""
        try:
            rows = self.sql(f"SELECT version, dirty FROM {table}")
        except SqlError as error:
            if "42P01" in str(error):
                return "absent"
            raise
        self.assertLessEqual(len(rows), 1, rows)
        return (int(rows[0][0]), rows[0][1] == "t") if rows else None

    def history(self, columns="version, event, direction, leads_to", table="schema_migrations_history"):
        """Rows of the history, oldest first; each value as text or None."""
        return self.sql(f"SELECT {columns} FROM {table} ORDER BY id")

    def tables(self, schema="public"):
        """Names of all tables, ours aside."""
        rows = self.sql(f"SELECT relname FROM pg_class WHERE relnamespace = '{schema}'::regnamespace"
                        " AND relkind IN ('r', 'p') AND relname !~ '^schema_migrations' ORDER BY 1")
        return [name for (name,) in rows]

    def schema(self):
        """The whole schema as a value, our own tables aside."""
        return snapshot(self.cluster, self.database)

    def wait_for_query(self, pattern, condition="true"):
        """Waits until another session's statement matches a regular expression."""
        quoted = pattern.replace("'", "''")
        query = (f"SELECT count(*) FROM pg_stat_activity WHERE query ~ '{quoted}' AND state = 'active'"
                 f" AND datname = current_database() AND pid <> pg_backend_pid() AND {condition}")
        wait_until(lambda: self.value(query) != "0", f"a running statement {pattern}")
