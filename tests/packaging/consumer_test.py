# SPDX-License-Identifier: MIT
"""A stranger's program is built against the installed tree alone, by CMake and by pkg-config.

    AETHER_TEST_BUILD=build/release python3 -m unittest discover -s tests/packaging -p 'consumer_test.py'
"""

import shutil
import sqlite3
import unittest

from packages import BUILD, CONSUMER, attempt, environment, fresh_folder, run, write_migrations

from cluster import Cluster, find_bindir


class ConsumerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = fresh_folder(cls, "consumer")
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "first")
        cls.tree = (cls.folder / "first").rename(cls.folder / "moved here")
        (cls.library,) = cls.tree.glob("lib/**/libaether-migrate.so")
        cls.files = write_migrations(cls.folder / "files")

    def configure(self, build, *options):
        return attempt("cmake", "-G", "Ninja", "-S", CONSUMER, "-B", self.folder / build,
                       f"-DCMAKE_PREFIX_PATH={self.tree}", *options)

    def pkg_config(self):
        return environment(PKG_CONFIG_PATH=self.library.parent / "pkgconfig")

    def migrates_sqlite(self, program, **options):
        database = program.parent / "shop.db"

        self.assertEqual(run(program, self.files, f"sqlite://{database}", **options).stdout, "1\n")

        self.assertEqual(sqlite3.connect(database).execute("SELECT id FROM shop").fetchall(), [(7,)])

    def migrates_postgres(self, program, **options):
        with Cluster(find_bindir("15"), "15") as cluster:
            url = cluster.create_database("shop")

            self.assertEqual(run(program, self.files, url, **options).stdout, "1\n")

            self.assertEqual(cluster.sql("shop", "SELECT id FROM shop"), [("7",)])

    def test_cmake_finds_the_moved_tree(self):
        configured = self.configure("by-cmake", "-DWANTED=sqlite;postgres;conformance")
        self.assertEqual(configured.returncode, 0, configured.stderr)
        run("cmake", "--build", self.folder / "by-cmake")

        self.migrates_sqlite(self.folder / "by-cmake" / "consumer")
        self.migrates_postgres(self.folder / "by-cmake" / "consumer")

    def test_pkg_config_finds_the_moved_tree(self):
        # A blank in a folder's name is more than make can bear.
        tree = self.folder / "plain"
        shutil.copytree(self.tree, tree, symlinks=True)
        libraries = tree / self.library.parent.relative_to(self.tree)
        shutil.copytree(CONSUMER, self.folder / "by-make")
        found = environment(PKG_CONFIG_PATH=libraries / "pkgconfig")

        run("make", "-C", self.folder / "by-make", env=found)

        self.migrates_sqlite(self.folder / "by-make" / "consumer", env=environment(LD_LIBRARY_PATH=libraries))
        self.migrates_postgres(self.folder / "by-make" / "consumer", env=environment(LD_LIBRARY_PATH=libraries))

    def test_pkg_config_knows_version_and_folder_of_drivers(self):
        version = run("pkg-config", "--modversion", "aether-migrate", env=self.pkg_config()).stdout.strip()
        drivers = run("pkg-config", "--variable=driverdir", "aether-migrate", env=self.pkg_config()).stdout.strip()

        self.assertEqual(version, run(self.tree / "bin" / "migrate", "-version").stderr.strip())
        self.assertTrue(drivers.endswith("/aether-migrate/drivers"), drivers)

    def test_a_required_driver_that_is_missing_is_named(self):
        refused = self.configure("missing", "-DWANTED=sqlite;oracle")

        self.assertNotEqual(refused.returncode, 0)
        said = " ".join(refused.stderr.split())
        self.assertIn("no driver oracle: it is not in the library", said)
        self.assertIn("install aether-migrate-oracle", said)

    def test_another_minor_version_is_refused(self):
        project = self.folder / "other-version"
        shutil.copytree(CONSUMER, project)
        text = (project / "CMakeLists.txt").read_text()
        (project / "CMakeLists.txt").write_text(text.replace("aether-migrate 0.1", "aether-migrate 0.2"))

        refused = attempt("cmake", "-G", "Ninja", "-S", project, "-B", project / "build",
                          f"-DCMAKE_PREFIX_PATH={self.tree}")

        self.assertNotEqual(refused.returncode, 0)
        self.assertIn('compatible with requested version "0.2"', " ".join(refused.stderr.split()))

    def test_programs_load_the_library_by_its_minor_version(self):
        described = run("readelf", "-d", self.library).stdout

        self.assertIn("Library soname: [libaether-migrate.so.0.1]", described)


if __name__ == "__main__":
    unittest.main()
