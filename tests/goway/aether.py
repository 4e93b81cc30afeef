# SPDX-License-Identifier: MIT
"""What the tests of goway share: one private server with pgvector, fresh databases, our program, a copy of goway.

    AETHER_MIGRATE=build/release/bin/migrate python3 -m unittest discover -s tests/goway -p '*_test.py'

Our program is needed only where it is the subject.
"""

import atexit
import itertools
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOWAY = ROOT / "goway"
MIGRATIONS = GOWAY / "migrations"
COUNT = 42
COMMAND_SECONDS = 120

sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests" / "support"))

from catalog import differences, snapshot  # noqa: E402
from cluster import Cluster, clean_environment, find_bindir, find_psql  # noqa: E402
from program import PROGRAM, require_built  # noqa: E402

_made = {}
_numbers = itertools.count(1)


def once(function):
    """The value is made at its first use and kept for the whole test run."""
    def get(*arguments):
        key = (function.__name__, *arguments)
        if key not in _made:
            _made[key] = function(*arguments)
        return _made[key]
    return get


@once
def server(name="vector"):
    """A running server by its name; it stops when the tests end."""
    return Cluster(find_bindir(name), name).__enter__()


@once
def program():
    """The path of our program."""
    require_built(PROGRAM, "AETHER_MIGRATE")
    return PROGRAM


@once
def scratch_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aether-goway-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def new_folder():
    folder = scratch_folder() / f"f{next(_numbers)}"
    folder.mkdir()
    return folder


def copy_of_goway():
    """A folder that holds a fresh copy of goway under this name, without anybody's .env."""
    parent = new_folder()
    shutil.copytree(GOWAY, parent / "goway", ignore=shutil.ignore_patterns(".env"))
    return parent


def file_of(number, direction):
    """The path of one migration file."""
    found = list(MIGRATIONS.glob(f"{number:06}_*.{direction}.sql"))
    if len(found) != 1:
        raise AssertionError(f"{len(found)} files for {number:06} {direction}")
    return found[0]


def programs_folder(migrate=None):
    """A folder for the front of PATH: `migrate`, ours unless another is given, and a real psql."""
    folder = new_folder()
    (folder / "migrate").symlink_to(migrate or program())
    (folder / "psql").symlink_to(find_psql())
    return folder


def environment(**variables):
    """The caller's environment without what could choose a database, a folder or a setting of make."""
    dropped = {"DATABASE_URL", "MIGRATIONS_PATH", "MIGRATE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "NAME", "V"}
    kept = {key: value for key, value in clean_environment().items() if key not in dropped}
    return {**kept, **{key: str(value) for key, value in variables.items()}}


def run(command, cwd="/", variables=None, stdin=""):
    """A finished command; text in, text out, nothing raised but a time-out."""
    return subprocess.run([str(part) for part in command], cwd=cwd, env=environment(**(variables or {})),
                          input=stdin, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False)


def migrate(url, *arguments, path=MIGRATIONS):
    """Runs our program with -path and -database, as the guide does."""
    return run([program(), "-path", path, "-database", url, *arguments])


class Database:
    """A fresh database on one of the servers, and looks at it."""

    def __init__(self, server_name="vector"):
        self.cluster = server(server_name)
        self.name = f"goway{next(_numbers)}"
        self.url = self.cluster.create_database(self.name)

    def sql(self, text, user="postgres"):
        return self.cluster.sql(self.name, text, user)

    def catalog(self):
        return snapshot(self.cluster, self.name)

    def version(self):
        """The one row of schema_migrations as (version, dirty), None without a row."""
        rows = self.sql("SELECT version, dirty FROM schema_migrations")
        return (int(rows[0][0]), rows[0][1] == "t") if rows else None

    def run_file(self, number, direction, user="postgres"):
        """The whole file in one query, as golang-migrate sends it: psql's result."""
        return self.cluster.psql(self.name, ["-q", "-c", file_of(number, direction).read_text()], user=user)

    def run_file_by_statement(self, number, direction):
        """The file statement by statement, each with its own commit: psql's result."""
        return self.cluster.psql(self.name, ["-q", "-v", "ON_ERROR_STOP=1", "-f", file_of(number, direction)])


class GowayTest(unittest.TestCase):
    """Assertions that show what a command printed."""

    maxDiff = None

    def assert_done(self, done, code=0, what="the command"):
        self.assertEqual(done.returncode, code,
                         f"exit code {done.returncode} of {what}:\n{done.stdout}{done.stderr}")
        return done

    def assert_same_catalog(self, before, after, what):
        self.assertEqual(differences(before, after), [], what)
