# SPDX-License-Identifier: MIT
"""What the crash tests share: a server that keeps its data when it is killed, and one look at all that is recorded.

    AETHER_TEST_SERVER=18 python3 -B -m unittest discover -v -s tests/crash -p 'stop_test.py'

AETHER_CRASH_LONG=1 asks for the long form of every test. AETHER_TEST_SERVER and AETHER_MIGRATE are those of
tests/database/engine.py, and so is the rest of what a test here may use.
"""

import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "database"))

import engine  # noqa: E402
from catalog import differences  # noqa: E402, F401
from cluster import Cluster, SqlError, clean_environment, find_bindir  # noqa: E402
from engine import SERVER, EngineTest  # noqa: E402
from program import finish, wait_until  # noqa: E402

LONG = os.environ.get("AETHER_CRASH_LONG") == "1"
MAJOR = int(SERVER)
APPLICATION = "aether-migrate"
GOLANG_SECONDS = 30

# SIGKILL leaves the kernel its caches, so nothing is lost without fsync; only a machine that loses its power
# needs it. But SIGKILL may tear a page in two: the kernel copies 4 KiB at a time, and PostgreSQL writes 8.
# With restart_after_crash a killed backend takes the whole server down and up again, as in production.
# 20 programs, their lookers and the test itself fit into 100 connections.
SETTINGS = {**engine.SETTINGS, "full_page_writes": "on", "restart_after_crash": "on", "max_connections": "100",
            "log_lock_waits": "on"}

# One snapshot for everything, and no table is named before it is known to be there.
LOOK = r"""
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT count(*) FILTER (WHERE relname = 'schema_migrations') AS version_table,
       count(*) FILTER (WHERE relname = 'schema_migrations_history') AS history_table,
       count(*) FILTER (WHERE relname = 'schema_migrations_journal') AS journal_table
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \gset
\if :version_table
SELECT json_build_array('row', version, dirty, xmin::text) FROM public.schema_migrations;
\endif
\if :history_table
SELECT json_build_array('event', version, event, direction, leads_to)
FROM public.schema_migrations_history ORDER BY id;
\endif
\if :journal_table
SELECT json_build_array('journal', xmin::text, to_jsonb(j)) FROM public.schema_migrations_journal j;
\endif
SELECT json_build_array('invalid', indexrelid::regclass::text) FROM pg_index
WHERE NOT (indisvalid AND indisready AND indislive);
"""


@dataclasses.dataclass
class Look:
    """What one snapshot of the database shows."""
    row: object = None  # (version, dirty); None without one
    row_written: str = None
    events: list = dataclasses.field(default_factory=list)  # (version, event, direction, leads_to), oldest first
    journal: dict = None
    journal_written: str = None
    invalid: list = dataclasses.field(default_factory=list)
    marks: dict = dataclasses.field(default_factory=dict)

    @property
    def version(self):
        return self.row[0] if self.row else None

    @property
    def dirty(self):
        return bool(self.row and self.row[1])

    def applied(self):
        """Versions whose last event applied them."""
        last = {version: direction for version, _, direction, _ in self.events if version is not None}
        return {version for version, direction in last.items() if direction == "up"}


def take_look(cluster, database, marks=None):
    """Reads everything at one moment; `marks` are conditions by name, for which no table but pg_catalog's may be
    named that could be missing."""
    text = LOOK + "".join(f"SELECT json_build_array('mark', {index}, ({condition}));\n"
                          for index, condition in enumerate((marks or {}).values()))
    done = cluster.psql(database, ["-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"], text + "COMMIT;\n")
    if done.returncode != 0:
        raise SqlError(done.stderr)
    look = Look()
    rows = [json.loads(line) for line in done.stdout.splitlines() if line]
    names = list(marks or ())
    for kind, *values in rows:
        if kind == "row":
            if look.row is not None:
                raise AssertionError(f"the version table has several rows: {rows}")
            look.row, look.row_written = (values[0], values[1]), values[2]
        elif kind == "event":
            look.events.append(tuple(values))
        elif kind == "journal":
            if look.journal is not None:
                raise AssertionError(f"the journal has several rows: {rows}")
            look.journal_written, look.journal = values
        elif kind == "invalid":
            look.invalid.append(values[0])
        else:
            look.marks[names[values[0]]] = values[1]
    return look


@functools.lru_cache(maxsize=None)
def golang_migrate():
    """golang-migrate's own program: whoever reads our table after us."""
    done = subprocess.run([ROOT / "tools" / "fetch_golang_migrate", "newest", "command"], stdout=subprocess.PIPE,
                          text=True, check=True, timeout=1800)
    return done.stdout.strip()


def golang_words(row):
    """How golang-migrate's `version` prints a version row."""
    if row is None:
        return "error: no migration"
    return f"{row[0]} (dirty)" if row[1] else str(row[0])


def reported(result):
    """The migrations that a run reports as finished: "1/u m1", without their durations."""
    return [step for line in result.err.splitlines() for step in re.findall(r"^(\d+/[ud] \S+) \([^()]+\)$", line)]


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


class CrashTest(EngineTest):
    """An EngineTest whose server may be killed."""

    @classmethod
    def setUpClass(cls):
        if cls.__module__ not in EngineTest.clusters:
            cluster = EngineTest.clusters[cls.__module__] = Cluster(find_bindir(SERVER), SERVER, SETTINGS)
            unittest.addModuleCleanup(cluster.close)
            cluster.__enter__()
        super().setUpClass()

    def look(self, marks=None):
        return take_look(self.cluster, self.database, marks)

    def backends(self):
        """Process ids of our program's sessions in this test's database, the oldest first."""
        return [int(pid) for (pid,) in self.sql(
            f"SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            f" AND application_name = '{APPLICATION}' ORDER BY backend_start")]

    def backend(self):
        """The session that works: a second one, which looks whom it waits for, is opened after a second."""
        return self.backends()[0]

    def wait_in(self, process, pattern, condition="true"):
        """Waits until the program's statement that matches a regular expression runs in the server."""
        quoted = pattern.replace("'", "''")
        query = (f"SELECT count(*) FROM pg_stat_activity WHERE query ~ '{quoted}' AND state = 'active' AND {condition}"
                 " AND datname = current_database() AND application_name = '" + APPLICATION + "'")

        def seen():
            if self.value(query) != "0":
                return True
            if process.poll() is not None:
                raise AssertionError(f"it ended before {pattern} was seen: {finish(process)}")
            return False

        wait_until(seen, f"a running statement {pattern}")

    def kill_program(self, process):
        kill(process.pid)
        process.wait(timeout=10)

    def kill_backend(self, *pids):
        """SIGKILL to backends; the server ends all others and starts again. Returns when it answers."""
        ready = "database system is ready to accept connections"
        before = self.cluster.log_text().count(ready)
        for pid in pids:
            kill(pid)
        if pids:
            wait_until(lambda: self.cluster.log_text().count(ready) > before, "the server up again", 60)

    def lock_is_free(self, seconds=20):
        """Waits until nobody holds an advisory lock in this database."""
        query = ("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                 " WHERE locktype = 'advisory' AND datname = current_database()")
        wait_until(lambda: self.value(query) == "0", "the migration lock given back", seconds)

    def server_answers(self):
        with contextlib.suppress(SqlError):
            return self.value("SELECT 1") == "1"
        return False

    def golang_version(self):
        """What golang-migrate says of the version row: "3", "3 (dirty)" or "error: no migration".

        It takes the migration lock to read it, and makes the table when there is none.
        """
        done = subprocess.run([golang_migrate(), "-path", str(self.folder), "-database", self.url(), "version"],
                              capture_output=True, text=True, cwd="/", env=clean_environment(),
                              timeout=GOLANG_SECONDS, check=False)
        return done.stderr.strip().splitlines()[-1]

    def no_invalid_index(self):
        self.assertEqual(self.look().invalid, [])

    def applied_once(self, *versions):
        """The history says that these versions were applied, each by one event and in this order."""
        self.assertEqual([(version, event) for version, event, _, _ in self.look().events if event != "repaired"],
                         [(version, "applied") for version in versions])

    def tells_the_truth(self, result):
        """Whatever the program said about the state is so."""
        look = self.look()
        applied = {f"{version}/u m{version}" for version, event, _, _ in look.events if event == "applied"}
        self.assertLessEqual(set(reported(result)), applied, result.err)
        for said in re.findall(r"database is at (version \d+|no version), clean", result.err):
            said_row = None if said == "no version" else (int(said.split()[1]), False)
            self.assertEqual(said_row, look.row, result.err)
        for said in re.findall(r"marked dirty at version (\d+)", result.err):
            self.assertEqual((int(said), True), look.row, result.err)
        if look.dirty:
            self.assertIsNotNone(look.journal, f"dirty without a journal\n{result.err}")
            self.assertEqual(look.journal_written, look.row_written, result.err)
        self.assertEqual(self.golang_version(), golang_words(look.row))
        return look

    def takes(self, start, at_least=0.0, at_most=60.0):
        took = time.monotonic() - start
        self.assertGreaterEqual(took, at_least)
        self.assertLessEqual(took, at_most)
