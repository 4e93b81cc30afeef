# SPDX-License-Identifier: MIT
"""What the SQLite tests share: a folder with a database file and migrations for each test, and our program.

    python3 -m unittest discover -s tests/sqlite -p 'busy_test.py'

AETHER_MIGRATE names our program. The file is read with Python's own sqlite3.
"""

import contextlib
import pathlib
import sqlite3
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from program import ProgramTest  # noqa: E402


class SqliteTest(ProgramTest):

    def setUp(self):
        self.place = self.make_folder("aether-sqlite-")
        self.folder = self.place / "migrations"
        self.folder.mkdir()
        self.file = self.place / "app.db"

    def url(self, query="", scheme="sqlite3"):
        return f"{scheme}://{self.file}{'?' if query else ''}{query}"

    def connect(self):
        """Another client; transactions as the test says."""
        connection = sqlite3.connect(self.file, isolation_level=None, timeout=20)
        self.addCleanup(connection.close)
        return connection

    def sql(self, text, file=None):
        with contextlib.closing(sqlite3.connect(file or self.file, isolation_level=None, timeout=20)) as connection:
            return connection.execute(text).fetchall()

    def value(self, text):
        """The one value of a query."""
        ((value,),) = self.sql(text)
        return value

    def row(self, table="schema_migrations"):
        """The version row, None without one, "absent" without the table."""
        if not self.sql(f"SELECT 1 FROM sqlite_master WHERE name = '{table}'"):
            return "absent"
        rows = self.sql(f'SELECT version, dirty FROM "{table}"')
        self.assertLessEqual(len(rows), 1, rows)
        return rows[0] if rows else None

    def history(self, columns="version, event, direction, leads_to"):
        return self.sql(f"SELECT {columns} FROM schema_migrations_history ORDER BY id")

    def tables(self):
        """Names of all tables and views, ours and SQLite's aside."""
        rows = self.sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
                        " AND name NOT LIKE 'schema_migrations%' AND name NOT LIKE 'sqlite_%' ORDER BY 1")
        return [name for (name,) in rows]

    def leftovers(self):
        """What lies beside the database, the migrations aside."""
        return sorted(path.name for path in self.place.iterdir() if path not in (self.file, self.folder))
