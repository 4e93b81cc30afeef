# SPDX-License-Identifier: MIT
"""The databases of the flow tests, and what each of them promises.

A place is one database of a server: made for a test, asked by the test, and thrown away.
"""

import dataclasses
import itertools
import pathlib
import shutil
import sqlite3
import tempfile
import time
import unittest

from cluster import Cluster, SqlError, find_bindir
from engine import SERVER, SETTINGS
from mariadb import MariaDb

OWN = "schema_migrations"
# How many rows SQLite counts in a second, about.
ROWS_A_SECOND = 4_000_000


@dataclasses.dataclass(frozen=True)
class Promises:
    """`ddl_is_undone`: a failed file of schema changes leaves nothing. `bare`: a statement that no transaction holds,
    on the table a."""
    name: str
    ddl_is_undone: bool
    bare: str


class Place:
    """What all of them can; each value of a row is text or None."""

    promises = None

    def row(self):
        """The version row as (version, dirty), None without one or without the table."""
        if OWN not in self.all_tables():
            return None
        rows = self.sql(f"SELECT version, dirty FROM {OWN}")
        if len(rows) > 1:
            raise AssertionError(f"{OWN} has {len(rows)} rows: {rows}")
        return (int(rows[0][0]), rows[0][1] in ("t", "1")) if rows else None

    def tables(self):
        return sorted(name for name in self.all_tables() if not name.startswith(OWN))

    def history(self, columns):
        return self.sql(f"SELECT {columns} FROM {OWN}_history ORDER BY id") if f"{OWN}_history" in self.all_tables() else []

    def journal(self, columns):
        return self.sql(f"SELECT {columns} FROM {OWN}_journal") if f"{OWN}_journal" in self.all_tables() else []



class PostgresPlace(Place):
    promises = Promises("Postgres", True, "CREATE INDEX CONCURRENTLY a_id ON a (id)")

    def __init__(self, number):
        self.name = f"flow{number}"
        self._server = started(Cluster, find_bindir(SERVER), SERVER, SETTINGS)
        self._server.create_database(self.name)

    def close(self):
        self._server.sql("postgres", f"DROP DATABASE {self.name}")

    def url(self):
        return self._server.url(self.name)

    def sql(self, text):
        return self._server.sql(self.name, text)

    def all_tables(self):
        return {name for (name,) in self.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def slow(self, seconds):
        return f"SELECT pg_sleep({seconds})"

    def slow_table(self, name, seconds):
        return f"CREATE TABLE {name} AS SELECT 1 AS i FROM pg_sleep({seconds})"

    def is_slow(self, _process):
        """Whether the program is inside a statement of slow()."""
        return self._sessions("wait_event = 'PgSleep'") != 0

    def is_left_alone(self):
        """Whether no session of the program is left in the server."""
        return self._sessions("true") == 0

    def _sessions(self, condition):
        ((count,),) = self.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                               f" AND application_name = 'aether-migrate' AND {condition}")
        return int(count)


class SqlitePlace(Place):
    promises = Promises("Sqlite", True, "VACUUM")

    def __init__(self, _number):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="aether-flow-"))
        self.path = self._folder / "flow.db"

    def close(self):
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self):
        return f"sqlite://{self.path}"

    def sql(self, text):
        """Runs one statement."""
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        try:
            return [tuple(None if value is None else str(value) for value in row) for row in connection.execute(text)]
        except sqlite3.Error as error:
            raise SqlError(str(error)) from None
        finally:
            connection.close()

    def all_tables(self):
        return {name for (name,) in self.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def slow(self, seconds):
        return f"CREATE TEMP TABLE IF NOT EXISTS slow AS {self._counting(seconds)}"

    def slow_table(self, name, seconds):
        return f"CREATE TABLE {name} AS {self._counting(seconds)}"

    @staticmethod
    def _counting(seconds):
        return (f"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {int(seconds * ROWS_A_SECOND)})"
                " SELECT count(*) AS i FROM n")

    def is_slow(self, _process):
        """Whether the program is in a transaction that writes; between two files it is so for a moment only."""
        if not self._is_being_written():
            return False
        time.sleep(0.2)
        return self._is_being_written()

    def there(self, name):
        """The condition that a table is there."""
        return f"EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{name}')"

    index_there = there

    def drop_index(self, name, _table):
        return f"DROP INDEX {name}"

    def housekeeping(self, _table):
        return "VACUUM"

    def schema(self):
        """The definitions of all but our own tables."""
        return self.sql("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE 'schema\\_migrations%' ESCAPE '\\'"
                        " ORDER BY 1, 2")

    def _is_being_written(self):
        connection = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            return False
        except sqlite3.OperationalError:
            return True
        finally:
            connection.close()

    def is_left_alone(self):
        return True


class MariaDbPlace(Place):
    promises = Promises("MariaDb", False, "CREATE INDEX a_id ON a (id)")

    def __init__(self, number):
        self.name = f"flow{number}"
        self._server = started(MariaDb)
        self._server.create_database(self.name)

    def close(self):
        self.end_sessions()
        self._server.drop_database(self.name)

    def url(self):
        return self._server.url(self.name)

    def sql(self, text):
        return self._server.sql(self.name, text)

    def all_tables(self):
        return {name for (name,) in self.sql("SHOW TABLES")}

    def slow(self, seconds):
        return f"SELECT SLEEP({seconds})"  # DO would pass over a KILL QUERY

    def slow_table(self, name, seconds):
        return f"CREATE TABLE {name} AS SELECT SLEEP({seconds}) AS i"

    def there(self, name):
        """The condition that a table is there."""
        return ("EXISTS (SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE()"
                f" AND table_name = '{name}')")

    def index_there(self, name):
        return ("EXISTS (SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE()"
                f" AND index_name = '{name}')")

    def drop_index(self, name, table):
        return f"DROP INDEX {name} ON {table}"

    def housekeeping(self, table):
        return f"ANALYZE TABLE {table}"

    def is_slow(self, _process):
        return self._sessions("state = 'User sleep'") != 0

    def schema(self):
        """The definitions of all but our own tables."""
        return [self.sql(f"SHOW CREATE TABLE {name}") for name in self.tables()]

    def end_sessions(self):
        """Ends the program's sessions, as an administrator would."""
        for (number,) in self._server.sql("mysql", "SELECT id FROM information_schema.processlist"
                                          f" WHERE db = '{self.name}'"):
            self._server.client("mysql", f"KILL {number}")

    def restart(self):
        self._server.restart()

    def is_left_alone(self):
        return self._sessions("true") == 0

    def _sessions(self, condition):
        ((count,),) = self.sql("SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE()"
                               f" AND id <> CONNECTION_ID() AND {condition}")
        return int(count)


_servers = {}
numbers = itertools.count(1)


def started(kind, *arguments):
    """The one server of its kind; it is stopped with the test module that needed it first."""
    if kind not in _servers:
        server = _servers[kind] = kind(*arguments)
        unittest.addModuleCleanup(stop, kind)
        server.__enter__()
    return _servers[kind]


def stop(kind):
    _servers.pop(kind).close()


ALL = (PostgresPlace, SqlitePlace, MariaDbPlace)
