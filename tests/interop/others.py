# SPDX-License-Identifier: MIT
"""What the interop tests share on SQLite and MariaDB: databases, and mixins that put a test class onto them."""

import itertools
import sqlite3
import urllib.parse

from interop import DATABASES, SqlError, lock_id_of, once, scratch_folder
from mariadb import MariaDb

OWN_TABLES = ("schema_migrations", "mig", "gate")

_numbers = itertools.count(1)


def as_text(value):
    return None if value is None else str(value)


def without_own(names):
    return {name for name in names if not name.startswith(OWN_TABLES)}


class OtherDatabase:
    """What is the same on both: looks at the tables that the programs share."""

    table = "schema_migrations"

    def row(self):
        """The one row as (version, dirty), None without a row, "absent" without the table."""
        if self.table not in self.tables():
            return "absent"
        rows = self.sql(f"SELECT version, dirty FROM {self.table}")
        if len(rows) > 1:
            raise AssertionError(f"{self.table} has {len(rows)} rows: {rows}")
        return (int(rows[0][0]), rows[0][1] == "1") if rows else None

    def history(self):
        """Our history as (version, event), oldest first; empty without the table."""
        if f"{self.table}_history" not in self.tables():
            return []
        rows = self.sql(f"SELECT version, event FROM {self.table}_history ORDER BY id")
        return [(int(version), event) for version, event in rows]


class SqliteFile(OtherDatabase):
    """A path to a database that nobody has made yet, and looks at it."""

    def __init__(self, table="schema_migrations"):
        self.path = scratch_folder() / f"d{next(_numbers)}.db"
        self.table = table

    def url(self, scheme="sqlite", **params):
        query = "?" + urllib.parse.urlencode(params, quote_via=urllib.parse.quote) if params else ""
        return f"{scheme}://{self.path}{query}"

    def connect(self):
        """The caller closes it."""
        return sqlite3.connect(self.path, timeout=20, isolation_level=None)

    def sql(self, text):
        """Runs one statement; returns its rows."""
        connection = self.connect()
        try:
            return [tuple(as_text(value) for value in row) for row in connection.execute(text)]
        except sqlite3.Error as error:
            raise SqlError(str(error)) from None
        finally:
            connection.close()

    def tables(self):
        return {name for (name,) in self.sql("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    def relations(self):
        """Names of all tables and indexes that the migrations themselves made."""
        names = self.sql("SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')"
                         " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'version_unique'")
        return without_own(name for (name,) in names)


@once
def server():
    return MariaDb("interop").__enter__()


@once
def mariadb_names():
    return itertools.cycle(f"interop{number}" for number in range(DATABASES))


class MariaDatabase(OtherDatabase):
    """An empty database of the shared server, and looks at it."""

    def __init__(self, table="schema_migrations"):
        self.name = next(mariadb_names())
        self.table = table
        for (pid,) in server().sql("mysql", "SELECT id FROM information_schema.processlist"
                                   f" WHERE db = '{self.name}'"):
            server().client("mysql", f"KILL {pid}")
        server().drop_database(self.name)
        server().create_database(self.name)

    def url(self, scheme="mysql", **params):
        return server().url(self.name, **params).replace("mysql:", f"{scheme}:", 1)

    def sql(self, text):
        return server().sql(self.name, text)

    def session(self):
        """The caller closes it."""
        return server().session(self.name)

    def tables(self):
        return {name for (name,) in self.sql("SHOW TABLES")}

    def relations(self):
        """Names of all tables and indexes that the migrations themselves made."""
        names = self.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                         " UNION SELECT index_name FROM information_schema.statistics"
                         " WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY'")
        return without_own(name for (name,) in names)

    @property
    def lock_name(self):
        """golang-migrate's lock of this database, as text."""
        return str(lock_id_of(f"{self.name}:{self.table}"))

    def lock_holder(self):
        """The session that holds golang-migrate's lock, or None."""
        ((holder,),) = self.sql(f"SELECT IS_USED_LOCK('{self.lock_name}')")
        return None if holder is None else int(holder)

    def sessions(self):
        """How many other sessions use this database."""
        ((count,),) = self.sql("SELECT count(*) FROM information_schema.processlist"
                               " WHERE db = DATABASE() AND id <> CONNECTION_ID()")
        return int(count)


class OnSqlite:
    """For an InteropTest: golang-migrate's two drivers, in Go alone and in C, beside our one."""

    schemes = ("sqlite", "sqlite3")
    peer_kind = "databases"

    def database(self):
        return SqliteFile()


class OnMariaDb:
    """For an InteropTest."""

    schemes = ("mysql",)
    peer_kind = "databases"

    def database(self):
        return MariaDatabase()
