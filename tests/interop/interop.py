# SPDX-License-Identifier: MIT
"""What the interop tests share: one private server, our program, golang-migrate's, and looks at the database.

    AETHER_MIGRATE=build/release/bin/migrate python3 -m unittest discover -s tests/interop -p '*_test.py'

With AETHER_INTEROP_THEIRS_TWICE=1 a golang-migrate of another version stands in for our program: it proves the
tests themselves, and leaves out what golang-migrate cannot do.
"""

import atexit
import contextlib
import dataclasses
import functools
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import Cluster, SqlError, clean_environment, find_bindir  # noqa: E402

COMMAND_SECONDS = 60
THEIRS_TWICE = os.environ.get("AETHER_INTEROP_THEIRS_TWICE") == "1"
PEERS = ("v4.17.0", "newest")
SCHEMES = ("postgres", "pgx5")

only_ours = unittest.skipIf(THEIRS_TWICE, "golang-migrate stands in for our program")


@dataclasses.dataclass(frozen=True)
class Done:
    """A finished command."""
    code: int
    out: str
    err: str

    def lines(self):
        """What it printed, durations and the version's own error prefixes aside."""
        return [re.sub(r" \([0-9.hmµn]+s\)$", " (T)", line) for line in self.err.splitlines()]


@dataclasses.dataclass(frozen=True)
class Program:
    """A migrate command; `ours` says whether it is expected to do what only ours does."""
    name: str
    path: str
    ours: bool = False

    def command(self, url, directory, *arguments, flags=()):
        return [self.path, "-path", str(directory), "-database", url, *flags, *arguments]

    def start(self, url, directory, *arguments, flags=()):
        return subprocess.Popen(self.command(url, directory, *arguments, flags=flags), text=True, cwd="/",
                                env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, url, directory, *arguments, flags=()):
        return finish(self.start(url, directory, *arguments, flags=flags))


def environment():
    """Nothing of the caller's may choose a database or a folder for either program."""
    dropped = ("DATABASE_URL", "MIGRATIONS_PATH")
    return {key: value for key, value in clean_environment().items() if key not in dropped}


def finish(process):
    try:
        out, err = process.communicate(timeout=COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {COMMAND_SECONDS} s: {process.args}\n{err}") from None
    return Done(process.returncode, out, err)


_made = {}


def once(function):
    """The value is made at its first use and kept for the whole test run."""
    def get(*arguments):
        key = (function.__name__, *arguments)
        if key not in _made:
            _made[key] = function(*arguments)
        return _made[key]
    return get


@once
def fetched(version, kind="command"):
    done = subprocess.run([ROOT / "tools" / "fetch_golang_migrate", version, kind], stdout=subprocess.PIPE,
                          text=True, check=True, timeout=1800)
    return done.stdout.strip()


@once
def theirs(version, kind="command"):
    return Program(f"golang-migrate {version}", fetched(version, kind))


@once
def ours():
    if THEIRS_TWICE:
        return Program("golang-migrate v4.17.1 in our place", fetched("v4.17.1", "databases"))
    path = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate")
    if not os.access(path, os.X_OK):
        raise AssertionError(f"{path} is not there: build it, or set AETHER_MIGRATE to our program")
    return Program("ours", str(path.resolve()), ours=True)


@once
def cluster():
    return Cluster(find_bindir("15")).__enter__()


@once
def scratch_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aether-interop-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_numbers = itertools.count(1)


def write_files(files):
    """A new folder with these files: name to text."""
    folder = scratch_folder() / f"m{next(_numbers)}"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def lock_id(database, schema="public", table="schema_migrations"):
    """golang-migrate's advisory lock id; `database` is /name for its command, name for its library."""
    return lock_id_of(schema, table, database)


def lock_id_of(*names):
    """golang-migrate's recipe for a lock's id."""
    return zlib.crc32(b"\0".join(name.encode() for name in names)) * 1486364155 % 2**32


# No test uses more than this many databases at a time.
DATABASES = 4
EMPTY = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE name name; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
END $$;"""


@once
def database_names():
    """Names to be taken in turn: making a database costs 7 MB of files, emptying one nearly nothing."""
    names = [f"interop{number}" for number in range(DATABASES)]
    for name in names:
        cluster().create_database(name)
    return itertools.cycle(names)


class Database:
    """An empty database of the shared server, and looks at it."""

    def __init__(self, table="schema_migrations"):
        self.name = next(database_names())
        self.table = table
        self.sql(EMPTY)

    def url(self, scheme="postgres", **params):
        return cluster().url(self.name, **params).replace("postgres:", f"{scheme}:", 1)

    def sql(self, text):
        return cluster().sql(self.name, text)

    def row(self):
        """The one row as (version, dirty), None without a row, "absent" without the table."""
        try:
            rows = self.sql(f"SELECT version, dirty FROM {self.table}")
        except SqlError as error:
            if "42P01" in str(error):
                return "absent"
            raise
        if len(rows) > 1:
            raise AssertionError(f"{self.table} has {len(rows)} rows: {rows}")
        return (int(rows[0][0]), rows[0][1] == "t") if rows else None

    def relations(self):
        """Names of all tables and indexes in public that the migrations themselves made."""
        rows = self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                        " AND relkind IN ('r', 'i') AND relname !~ '^(schema_migrations|mig|gate)'")
        return {name for (name,) in rows}

    def locks(self):
        """Advisory locks as {(id, granted)}."""
        rows = self.sql("SELECT objid::bigint, granted FROM pg_locks JOIN pg_database d ON d.oid = database"
                        " WHERE locktype = 'advisory' AND classid = 0 AND objsubid = 1"
                        " AND datname = current_database()")
        return {(int(number), granted == "t") for number, granted in rows}

    def holder(self, number):
        """The backend's pid that holds this advisory lock, or None."""
        rows = self.sql("SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database"
                        f" WHERE locktype = 'advisory' AND objid = {number} AND granted"
                        " AND datname = current_database()")
        return int(rows[0][0]) if rows else None

    def history(self):
        """Our history as (version, event), oldest first."""
        rows = self.sql(f"SELECT version, event FROM {self.table}_history ORDER BY id")
        return [(int(version), event) for version, event in rows]


def wait_until(condition, what, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen in {seconds} s: {what}")
        time.sleep(0.02)


class InteropTest(unittest.TestCase):
    """What every interop test asserts; a subclass may choose another database."""

    maxDiff = None
    schemes = SCHEMES
    peer_kind = "command"  # what tools/fetch_golang_migrate builds: it must know the schemes

    def database(self):
        """A new empty database."""
        return Database()

    def assert_done(self, done, code=0):
        self.assertEqual(done.code, code, f"exit code {done.code}, standard error:\n{done.err}")
        self.assertEqual(done.out, "", "golang-migrate's commands write to standard error only")
        return done


# Runs in pg_sleep until the test opens the gate; a minute is the bound if the test dies.
GATED = """DO $$
BEGIN
    FOR i IN 1..3000 LOOP
        EXIT WHEN EXISTS (SELECT FROM gate);
        PERFORM pg_sleep(0.02);
    END LOOP;
END
$$;"""
GATED_FILES = {
    "1_gated.up.sql": GATED,
    "1_gated.down.sql": "SELECT 1;",
    "2_table.up.sql": "CREATE TABLE t2 (id int);",
    "2_table.down.sql": "DROP TABLE t2;",
}


class GatedTest(InteropTest):
    """A test of what happens while a program is inside a migration."""

    def setUp(self):
        self.folder = write_files(GATED_FILES)

    @contextlib.contextmanager
    def holding(self, program, scheme, **params):
        """A database in which the program is inside migration 1; the gate is opened at the end of the block."""
        database = Database()
        database.sql("CREATE TABLE gate ()")
        process = program.start(database.url(scheme, **params), self.folder, "up")
        try:
            wait_until(lambda: self.is_inside(database), f"{program.name} runs migration 1")
            yield database, process
        finally:
            database.sql("INSERT INTO gate DEFAULT VALUES")
            self.held = finish(process)

    def is_inside(self, database):
        rows = database.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                            " AND pid <> pg_backend_pid() AND query LIKE '%FROM gate%' AND state = 'active'")
        return rows != [("0",)]


def each_pair(test):
    """Runs a test(self, peer, scheme) for every peer and scheme, each in a subtest of its own."""
    @functools.wraps(test)
    def run(self):
        for version, scheme in itertools.product(PEERS, self.schemes):
            with self.subTest(peer=version, scheme=scheme):
                test(self, theirs(version, self.peer_kind), scheme)
    return run


def each_order(test):
    """Runs a test(self, first, second, scheme) with our program and every peer, each of them in both places."""
    @functools.wraps(test)
    def run(self):
        for version, scheme in itertools.product(PEERS, self.schemes):
            peer = theirs(version, self.peer_kind)
            for first, second in ((ours(), peer), (peer, ours())):
                with self.subTest(first=first.name, second=second.name, scheme=scheme):
                    test(self, first, second, scheme)
    return run
