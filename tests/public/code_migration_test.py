# SPDX-License-Identifier: MIT
"""The example of a migration written in C++ is built with the installed package and runs on each database."""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import Cluster, clean_environment, find_bindir  # noqa: E402
from mariadb import MariaDb  # noqa: E402

BUILD = pathlib.Path(os.environ.get("AETHER_TEST_BUILD") or ROOT / "build" / "release")
EXAMPLE = ROOT / "examples" / "code_migration"
BUILD_SECONDS = 300
SLUGS = "SELECT slug FROM users ORDER BY id"


class CodeMigrationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="code-migration-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        tree = cls.folder / "installed"
        cls.command("cmake", "--install", BUILD, "--prefix", tree)
        cls.command("cmake", "-S", EXAMPLE, "-B", cls.folder / "build", f"-DCMAKE_PREFIX_PATH={tree}",
                    "-DCMAKE_CXX_FLAGS=-O0 -Wall -Wextra -Werror")
        cls.command("cmake", "--build", cls.folder / "build")
        cls.migrate = tree / "bin" / "migrate"

    @classmethod
    def command(cls, *command, returns=0):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=BUILD_SECONDS,
                              stdin=subprocess.DEVNULL, check=False, env=clean_environment(), cwd=EXAMPLE)
        if done.returncode != returns:
            raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def users(self, url, direction):
        return self.command(self.folder / "build" / "users", url, direction).stdout

    def test_a_function_runs_on_sqlite_and_back(self):
        file = self.folder / "users.db"

        self.assertEqual(self.users(f"sqlite://{file}", "up"), "version 3\n")
        with sqlite3.connect(file) as connection:
            self.assertEqual(connection.execute(SLUGS).fetchall(), [("ada-lovelace",), ("grace-hopper",)])
        self.assertEqual(self.users(f"sqlite://{file}", "down"), "no version\n")

    def test_a_function_runs_on_postgres(self):
        with Cluster(find_bindir("15"), "15") as cluster:
            url = cluster.create_database("users")

            self.assertEqual(self.users(url, "up"), "version 3\n")

            self.assertEqual(cluster.sql("users", SLUGS), [("ada-lovelace",), ("grace-hopper",)])

    def test_a_function_runs_on_mariadb_without_a_transaction(self):
        with MariaDb("code") as server:
            server.create_database("users")

            self.assertEqual(self.users(server.url("users"), "up"), "version 3\n")

            self.assertEqual(server.sql("users", SLUGS), [("ada-lovelace",), ("grace-hopper",)])
            self.assertEqual(server.sql("users", "SELECT dirty FROM schema_migrations"), [("0",)])
            self.assertEqual(server.sql("users", "SELECT * FROM schema_migrations_journal"), [])
            self.assertEqual(self.users(server.url("users"), "down"), "no version\n")

    def test_the_program_without_the_function_refuses_before_it_runs_anything(self):
        file = self.folder / "refused.db"

        refused = self.command(self.migrate, "-path", "migrations", "-database", f"sqlite://{file}", "up", returns=1)

        self.assertIn("the up of version 3 is written in C++, and this program has no function for it", refused.stderr)
        self.assertIn("next: run the program that has it", refused.stderr)
        with sqlite3.connect(file) as connection:
            self.assertEqual(connection.execute("SELECT name FROM sqlite_master").fetchall(), [])


if __name__ == "__main__":
    unittest.main()
