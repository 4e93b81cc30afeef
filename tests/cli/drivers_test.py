# SPDX-License-Identifier: MIT
"""`migrate drivers`, and what a module that is missing, broken or planted does to a command.

    AETHER_MIGRATE=build/release/bin/migrate AETHER_TEST_MODULES=build/release/tests/modules/made \
        python3 -m unittest discover -s tests/cli -p 'drivers_test.py'
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from cluster import clean_environment  # noqa: E402

PROGRAM = pathlib.Path(os.environ.get("AETHER_MIGRATE") or ROOT / "build" / "release" / "bin" / "migrate").absolute()
MADE = pathlib.Path(os.environ.get("AETHER_TEST_MODULES") or ROOT / "build" / "release" / "tests" / "modules" / "made")
COMMAND_SECONDS = 60
# A port that nothing listens on: the module is opened, and then there is no server.
NOBODY = "postgres://127.0.0.1:1/x?sslmode=disable"


class DriversCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="drivers-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.modules = self.folder / "modules"
        self.modules.mkdir(mode=0o755)
        (self.folder / "files").mkdir()

    def migrate(self, *arguments, **variables):
        """Runs the program with the test's own folder of modules, unless another is given."""
        kept = {key: value for key, value in clean_environment().items()
                if key not in ("DATABASE_URL", "MIGRATIONS_PATH", "AETHER_MIGRATE_DRIVERS")}
        chosen = {key: str(value) for key, value in {"AETHER_MIGRATE_DRIVERS": self.modules, **variables}.items()
                  if value is not None}
        return subprocess.run([PROGRAM, *arguments], env={**kept, **chosen}, cwd=self.folder, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False)

    def error_of(self, url, **variables):
        """What `version` on a URL says when it must fail; nothing may reach stdout."""
        done = self.migrate("-path", "files", "-database", url, "version", **variables)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        return done.stderr

    def listed(self, **variables):
        done = self.migrate("drivers", **variables)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return {line.split()[0]: re.split(r"  +", line) for line in done.stdout.splitlines()}

    def put(self, made, name):
        """Puts a module of tests/modules into the folder, under another name."""
        return pathlib.Path(shutil.copy(MADE / f"{made}.so", self.modules / f"{name}.so"))


class ListTest(DriversCase):
    def test_shows_installed_modules_with_their_client_libraries(self):
        rows = self.listed(AETHER_MIGRATE_DRIVERS=None)

        for name, library, schemes in (("postgres", "libpq", "postgres,postgresql,pgx,pgx4,pgx5,scratch"),
                                       ("mysql", "libmariadb", "mysql,mariadb")):
            row = rows[name]
            self.assertEqual((row[1], row[3]), ("module", schemes))
            self.assertRegex(row[2], rf"\A{library} \d+(\.\d+)+\Z")
            self.assertTrue(row[4].endswith(f"/aether-migrate/drivers/{name}.so"), row[4])
            self.assertTrue(os.path.isfile(row[4]))

    def test_shows_what_is_built_in(self):
        row = self.listed()["sqlite"]

        self.assertEqual((row[1], row[3]), ("built in", "sqlite,sqlite3"))
        self.assertRegex(row[2], r"\ASQLite \d+\.\d+\.\d+\Z")

    def test_names_the_package_of_what_is_missing(self):
        self.assertEqual(self.listed()["postgres"],
                         ["postgres", "missing", "-", "postgres,postgresql,pgx,pgx4,pgx5,scratch",
                          "apt-get install aether-migrate-postgres"])

    def test_shows_a_strangers_module(self):
        path = self.put("acme", "acme")

        self.assertEqual(self.listed()["acme"], ["acme", "module", "acmelib 1.2", "acme,acme+tls", str(path)])

    def test_says_what_is_wrong_with_a_broken_one(self):
        path = self.put("other_interface", "acme")

        row = self.listed()["acme"]

        self.assertEqual(row[:4], ["acme", "broken", "-", "-"])
        self.assertIn(f"{path}: was built for interface 4711", row[4])

    def test_passes_over_files_that_are_no_modules(self):
        for name in ("README", "acme.so.dpkg-new", ".so", ".hidden.so", "two words.so"):
            (self.modules / name).write_text("nothing")

        self.assertNotIn("nothing", str(self.listed()))
        self.assertEqual([name for name, row in self.listed().items() if row[1] in ("module", "broken")], [])

    def test_takes_no_argument(self):
        done = self.migrate("drivers", "all")

        self.assertEqual((done.returncode, done.stdout, done.stderr), (1, "", "error: drivers takes no argument\n"))


class MissingTest(DriversCase):
    def test_says_which_package_to_install_and_where_it_was_looked_for(self):
        self.assertEqual(self.error_of(NOBODY),
                         "error: database driver: the module for postgres is not installed\n"
                         f"  detail: there is no {self.modules}/postgres.so\n"
                         "  next: apt-get install aether-migrate-postgres\n")

    def test_scratch_servers_come_with_a_module_too(self):
        done = self.migrate("scratch", "list")

        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("the module for postgres is not installed", done.stderr)
        self.assertIn("the module for postgres is not installed", self.error_of("scratch://x"))

    def test_an_unknown_scheme_is_golang_migrates_error(self):
        error = self.error_of("acme://x")

        self.assertTrue(error.startswith("error: database driver: unknown driver acme (forgotten import?)\n"), error)
        self.assertIn("postgres", error)


class StrangerTest(DriversCase):
    def test_is_found_by_its_scheme(self):
        self.put("acme", "acme")

        self.assertIn("error: acme was asked for acme://x\n", self.error_of("acme://x"))

    def test_a_second_scheme_is_a_link(self):
        self.put("acme", "acme")
        (self.modules / "acme+tls.so").symlink_to("acme.so")

        self.assertIn("error: acme was asked for acme+tls://x\n", self.error_of("acme+tls://x"))

    def test_must_have_the_scheme_that_it_is_named_by(self):
        path = self.put("acme", "other")

        self.assertEqual(self.error_of("other://x"),
                         f"error: database driver: {path}: opens no URL of scheme other, only acme, acme+tls\n")


class BrokenTest(DriversCase):
    def test_another_interface_shows_both_numbers(self):
        path = self.put("other_interface", "postgres")

        self.assertRegex(self.error_of(NOBODY),
                         rf"\Aerror: database driver: {path}: was built for interface 4711 between library and drivers;"
                         r" this library has \d+\n  next: install library and driver of one version\n\Z")

    def test_no_driver_in_it(self):
        path = self.put("loud", "postgres")
        done = self.migrate("-path", "files", "-database", NOBODY, "version")
        self.assertEqual(done.stderr, f"error: database driver: {path}: is no driver: it has no"
                                      " aether_migrate_driver_module\n")
        # The same file shows below that planted code does not run: here it did.
        self.assertEqual(done.stdout, "foreign code ran\n")

        self.put("no_driver", "postgres")
        self.assertEqual(self.error_of(NOBODY), f"error: database driver: {path}: is no driver: it can't open a database\n")

    def test_its_client_library_is_missing(self):
        path = self.put("needs_absent_library", "postgres")

        self.assertEqual(self.error_of(NOBODY),
                         f"error: database driver: {path}: can't be loaded: libabsent_library.so: cannot open shared"
                         " object file: No such file or directory\n  next: apt-get install libpq5\n")

    def test_no_shared_object(self):
        path = self.modules / "postgres.so"
        for content in (b"", b"text", b"\x7fELF", (MADE / "acme.so").read_bytes()[:64]):
            path.write_bytes(content)
            self.assertRegex(self.error_of(NOBODY), rf"\Aerror: database driver: {path}: can't be loaded: \w")

    def test_no_file_at_all(self):
        path = self.modules / "postgres.so"
        path.mkdir()
        self.assertEqual(self.error_of(NOBODY), f"error: database driver: {path}: is no regular file\n")
        path.rmdir()
        os.mkfifo(path)
        self.assertEqual(self.error_of(NOBODY), f"error: database driver: {path}: is no regular file\n")


class PlantedTest(DriversCase):
    """Code that another user could have put there does not run: stdout would show it."""

    def test_a_module_that_everybody_may_write(self):
        path = self.put("loud", "postgres")
        path.chmod(0o666)

        self.assertEqual(self.error_of(NOBODY),
                         f"error: database driver: {path}: is writable for every user, so no code is taken from there\n"
                         f"  next: chmod o-w {path}\n")

    def test_a_folder_that_everybody_may_write(self):
        self.put("loud", "postgres")
        for mode in (0o777, 0o1777):
            self.modules.chmod(mode)
            self.assertIn(f"{self.modules}: is writable for every user", self.error_of(NOBODY))
            self.assertIn("is writable for every user", self.listed()["postgres"][4])

    def test_a_relative_folder(self):
        self.put("loud", "postgres")

        self.assertEqual(self.error_of(NOBODY, AETHER_MIGRATE_DRIVERS="modules"),
                         'error: AETHER_MIGRATE_DRIVERS must be an absolute path, not "modules"\n')

    def test_a_scheme_that_leads_out_of_the_folder(self):
        shutil.copy(MADE / "loud.so", self.folder / "evil.so")
        shutil.copy(MADE / "loud.so", self.modules / ".so")

        for scheme in ("../evil", "..%2fevil", "x/../../evil", "/" + str(self.folder / "evil"), "", "."):
            self.assertTrue(self.error_of(f"{scheme}://x").startswith("error: "), scheme)

    def test_the_name_that_the_program_was_called_by_is_no_place_to_look(self):
        planted = self.folder / "lib" / "aether-migrate" / "drivers"
        planted.mkdir(parents=True)
        shutil.copy(MADE / "loud.so", planted / "postgres.so")

        done = subprocess.run([str(self.folder / "bin" / "migrate"), "-path", "files", "-database", NOBODY, "version"],
                              executable=PROGRAM, env=clean_environment(), cwd=self.folder, capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, check=False)

        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)


class LoadedTest(DriversCase):
    """Which libraries the dynamic linker loads: nobody pays for a database that is not used."""

    def loaded(self, *arguments):
        trace = self.folder / "trace"
        self.migrate(*arguments, AETHER_MIGRATE_DRIVERS=None, LD_DEBUG="files", LD_DEBUG_OUTPUT=trace)
        (report,) = self.folder.glob("trace.*")
        text = report.read_text()
        report.unlink()
        return {re.sub(r"\.so.*", "", pathlib.Path(path).name)
                for path in re.findall(r"calling init: (\S+)", text)}

    def test_help_version_and_create_load_no_client_library(self):
        for arguments in (["-version"], ["-help"], ["create", "-ext", "sql", "x"], ["drivers", "-help"]):
            loaded = self.loaded(*arguments)
            self.assertIn("libaether-migrate", loaded)
            self.assertEqual(loaded & {"libpq", "libmariadb", "libssl", "postgres"}, set(), arguments)

    def test_sqlite_loads_no_other_client_library(self):
        (self.folder / "files" / "1_a.up.sql").write_text("CREATE TABLE a (i int);\n")

        loaded = self.loaded("-path", "files", "-database", f"sqlite://{self.folder}/x.db", "up")

        self.assertTrue((self.folder / "x.db").exists())
        self.assertIn("libsqlite3", loaded)
        self.assertEqual(loaded & {"libpq", "libmariadb", "libssl", "libcrypto", "postgres", "mysql"}, set())

    def test_a_url_loads_its_own_alone(self):
        loaded = self.loaded("-path", "files", "-database", NOBODY, "version")

        self.assertLessEqual({"libpq", "postgres"}, loaded)
        self.assertEqual(loaded & {"libmariadb", "mysql"}, set())


if __name__ == "__main__":
    unittest.main()
