# SPDX-License-Identifier: MIT
"""What `cmake --install` writes works where it was not built, and shows nothing but its interface.

    AETHER_TEST_BUILD=build/release python3 -m unittest discover -s tests/public -p '*_test.py'
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import Cluster, clean_environment, find_bindir  # noqa: E402

BUILD = pathlib.Path(os.environ.get("AETHER_TEST_BUILD") or ROOT / "build" / "release")
COMMAND_SECONDS = 120


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=COMMAND_SECONDS,
                          stdin=subprocess.DEVNULL, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def symbols_of(path):
    """The names that a shared object shows, as C++ writes them."""
    lines = run("nm", "-D", "--defined-only", "-C", path).stdout.splitlines()
    return [line.split(" ", 2)[2] for line in lines]


class InstalledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="installed-", dir="/tmp"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        (cls.folder / "first").rename(cls.folder / "moved here")
        cls.tree = cls.folder / "moved here"
        cls.program = cls.tree / "bin" / "migrate"
        (cls.library,) = cls.tree.glob("lib/**/libaether-migrate.so.0.1")
        cls.modules = cls.library.parent / "aether-migrate" / "drivers"

    def migrate(self, *arguments, **variables):
        kept = {key: value for key, value in clean_environment().items()
                if key not in ("DATABASE_URL", "MIGRATIONS_PATH", "AETHER_MIGRATE_DRIVERS", "LD_LIBRARY_PATH")}
        return run(self.program, *arguments, env={**kept, **variables}, cwd=self.folder)

    def test_every_module_is_found_beside_the_library(self):
        rows = [line.split() for line in self.migrate("drivers").stdout.splitlines()]

        for module in self.modules.glob("*.so"):
            (row,) = [row for row in rows if row[0] == module.stem]
            self.assertEqual(row[1], "module", row)
        self.assertIn(f"{self.modules}/postgres.so", self.migrate("drivers").stdout)

    def test_migrates_a_database_by_its_module(self):
        files = self.folder / "files"
        files.mkdir()
        (files / "1_shop.up.sql").write_text("CREATE TABLE shop (id int);\n")
        with Cluster(find_bindir("15"), "15") as cluster:
            url = cluster.create_database("moved")

            self.migrate("-path", files, "-database", url, "up")

            self.assertEqual(self.migrate("-path", files, "-database", url, "version").stderr, "1\n")
            self.assertEqual(cluster.sql("moved", "SELECT count(*) FROM shop"), [("0",)])

    def test_the_program_loads_the_library_of_its_own_tree(self):
        linked = run("ldd", self.program, env=clean_environment()).stdout

        self.assertIn(f"{self.tree}/bin/../lib", linked)

    def test_no_file_remembers_where_it_was_built(self):
        for path in (self.program, self.library, *self.modules.glob("*.so")):
            self.assertNotIn(str(BUILD), run("readelf", "-d", path).stdout, path)

    def test_the_library_shows_its_interface_alone(self):
        names = symbols_of(self.library)

        self.assertIn("aether::migrate::Migrator::version()", names)
        for name in names:
            plain = name.removeprefix("vtable for ").removeprefix("typeinfo for ").removeprefix("typeinfo name for ")
            self.assertTrue(plain.startswith(("aether::migrate::", "aether_migrate_")), name)
            self.assertFalse(plain.startswith(("aether::migrate::drivers", "aether::migrate::sources",
                                               "aether::migrate::run", "aether::migrate::history")), name)

    def test_a_module_shows_one_symbol(self):
        for module in self.modules.glob("*.so"):
            self.assertEqual(symbols_of(module), ["aether_migrate_driver_module"], module)


if __name__ == "__main__":
    unittest.main()
