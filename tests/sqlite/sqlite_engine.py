# SPDX-License-Identifier: MIT
"""What the SQLite tests share: a folder with a database file and migrations for each test, and our program.

    python3 -m unittest discover -s tests/sqlite -p 'busy_test.py'

AETHER_MIGRATE names our program. The file is read with Python's own sqlite3.
"""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate")
COMMAND_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Done:
    """A finished command."""
    code: int
    out: str
    err: str

    def steps(self):
        """The lines of finished migrations, without their durations."""
        return [line.rsplit(" (", 1)[0] for line in self.err.splitlines() if line[:1].isdigit()]


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s: {what}")
        time.sleep(0.01)


def finish(process, input=None, seconds=COMMAND_SECONDS):
    """Waits for a program of start() and returns how it ended."""
    try:
        out, err = process.communicate(input, timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {seconds} s: {process.args}\n{err}") from None
    return Done(process.returncode, out, err)


class SqliteTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"{PROGRAM} is not there: build it, or set AETHER_MIGRATE to our program")

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="aether-sqlite-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)
        self.place.chmod(0o755)
        self.folder = self.place / "migrations"
        self.folder.mkdir()
        self.file = self.place / "app.db"

    def files(self, files):
        """Writes migrations: name to text, exactly as given."""
        for name, content in files.items():
            (self.folder / name).write_text(content)

    def up_files(self, *bodies):
        """Writes 1_m1.up.sql and so on."""
        self.files({f"{number}_m{number}.up.sql": body for number, body in enumerate(bodies, 1)})

    def url(self, query="", scheme="sqlite3"):
        return f"{scheme}://{self.file}{'?' if query else ''}{query}"

    def start(self, *arguments, url=None, flags=(), user=None, cwd="/"):
        command = [str(PROGRAM), "-path", str(self.folder), "-database", self.url() if url is None else url,
                   *flags, *arguments]
        options = {}
        if user is not None:
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        known = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "MIGRATIONS_PATH")}
        process = subprocess.Popen(command, text=True, encoding="utf-8", errors="replace", cwd=cwd, env=known,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
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
