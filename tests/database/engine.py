# SPDX-License-Identifier: MIT
"""What the database tests share: a private server for each module, a fresh database for each test, our program.

    AETHER_TEST_SERVER=18 python3 -m unittest discover -s tests/database -p 'rollback_test.py'

AETHER_TEST_SERVER names the server's major version (15), AETHER_MIGRATE our program.
"""

import dataclasses
import itertools
import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from catalog import snapshot  # noqa: E402
from cluster import Cluster, SqlError, clean_environment, find_bindir  # noqa: E402

SERVER = os.environ.get("AETHER_TEST_SERVER") or "15"
PROGRAM = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate")
COMMAND_SECONDS = 60
WAIT_SECONDS = 20

# Without autovacuum nothing but the test uses transaction ids; the rest makes CREATE DATABASE fast.
SETTINGS = {"autovacuum": "off", "full_page_writes": "off", "max_prepared_transactions": "2", "shared_buffers": "64MB"}

# "1/u title (1.5ms)"
STEP = re.compile(r"(\d+/[ud] .*) \([0-9.hmµn]+s\)")

_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Done:
    """A finished command."""
    code: int
    out: str
    err: str

    def steps(self):
        """The lines of finished migrations, without their durations. No other line may begin with a digit."""
        lines = [line for line in self.err.splitlines() if line[:1].isdigit()]
        found = [STEP.fullmatch(line) for line in lines]
        if None in found:
            raise AssertionError(f"not the line of a finished migration: {lines[found.index(None)]}")
        return [match[1] for match in found]


def wait_until(condition, what, seconds=WAIT_SECONDS):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s: {what}")
        time.sleep(0.02)


def finish(process, input=None, seconds=COMMAND_SECONDS):
    """Waits for a program of start() and returns how it ended."""
    try:
        out, err = process.communicate(input, timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {seconds} s: {process.args}\n{err}") from None
    return Done(process.returncode, out, err)


def unprivileged_user():
    """Somebody who may not read everything: the user nobody when the tests run as root, else None (this user)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


class EngineTest(unittest.TestCase):
    """One server for the module; for each test an empty database and an empty folder of migrations."""

    maxDiff = None
    clusters = {}

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"{PROGRAM} is not there: build it, or set AETHER_MIGRATE to our program")
        cls.cluster = EngineTest.clusters.get(cls.__module__)
        if cls.cluster is None:
            cls.cluster = EngineTest.clusters[cls.__module__] = Cluster(find_bindir(SERVER), SERVER, SETTINGS)
            unittest.addModuleCleanup(cls.cluster.close)
            cls.cluster.__enter__()

    def setUp(self):
        self.database = f"t{next(_numbers)}"
        self.cluster.create_database(self.database)
        self.make_folder()

    def make_folder(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aether-database-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o755)

    def files(self, files):
        """Writes migrations: name to text or bytes, exactly as given."""
        for name, content in files.items():
            (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def up_files(self, *bodies):
        """Writes 1_m1.up.sql and so on."""
        self.files({f"{number}_m{number}.up.sql": body for number, body in enumerate(bodies, 1)})

    def url(self, scheme="postgres", user="postgres", **params):
        return self.cluster.url(self.database, user, **params).replace("postgres:", f"{scheme}:", 1)

    def start(self, *arguments, url=None, path=None, flags=(), user=None, environment=None):
        """Starts our program; an empty url leaves the flag -database out."""
        database = ["-database", self.url() if url is None else url] if url != "" else []
        command = [str(PROGRAM), "-path", str(path or self.folder), *database, *flags, *arguments]
        options = {}
        if user is not None:
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        known = {key: value for key, value in clean_environment().items()
                 if key not in ("DATABASE_URL", "MIGRATIONS_PATH")}
        process = subprocess.Popen(command, text=True, encoding="utf-8", errors="replace", cwd="/",
                                   env={**known, **(environment or {})}, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()

    def migrate(self, *arguments, input="", **options):
        return finish(self.start(*arguments, **options), input)

    def done(self, *arguments, **options):
        """Runs a command that must succeed."""
        result = self.migrate(*arguments, **options)
        self.assertEqual(result.code, 0, f"migrate {' '.join(arguments)}:\n{result.err}")
        return result

    def fails(self, *arguments, code=1, **options):
        """Runs a command that must fail, and returns what it says."""
        result = self.migrate(*arguments, **options)
        self.assertEqual(result.code, code, f"migrate {' '.join(arguments)}:\n{result.err}")
        self.assertEqual(result.out, "")
        return result

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
