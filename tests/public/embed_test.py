# SPDX-License-Identifier: MIT
"""Strangers' programs that carry their migrations, built against the installed tree alone.

    AETHER_TEST_BUILD=build/release python3 -m unittest discover -s tests/public -p 'embed_test.py'
"""

import pathlib
import shutil
import sqlite3
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "packaging"))

from packages import BUILD, attempt, environment, fresh_folder, run  # noqa: E402

from cluster import Cluster, find_bindir  # noqa: E402

EXAMPLE = ROOT / "examples" / "embedded"
KINDS = ROOT / "tests" / "public" / "embedding"
COLUMNS = "SELECT name FROM pragma_table_info('items') ORDER BY cid"


def add_pair(folder, stem, up="SELECT 1;\n", down="SELECT 2;\n"):
    folder.mkdir(exist_ok=True)
    (folder / f"{stem}.up.sql").write_text(up)
    (folder / f"{stem}.down.sql").write_text(down)


def words(text):
    """The text of a message that CMake wrapped."""
    return " ".join(text.split())


class Installed(unittest.TestCase):
    """An installed tree in a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = fresh_folder(cls, "embed")
        cls.tree = cls.folder / "tree"
        run("cmake", "--install", BUILD, "--prefix", cls.tree)
        cls.tool = cls.tree / "bin" / "aether-migrate-embed"
        (cls.library,) = cls.tree.glob("lib/**/libaether-migrate.so")

    def configure(self, project, build, *options):
        return attempt("cmake", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={self.tree}", *options)

    def build(self, project, build, *options, target="all"):
        configured = self.configure(project, build, *options)
        self.assertEqual(configured.returncode, 0, configured.stderr)
        run("cmake", "--build", build, "--target", target)


class ExampleTest(Installed):
    def migrates(self, program, **variables):
        """Runs it on a new SQLite file and on PostgreSQL, from a folder without migrations."""
        elsewhere = program.parent / "elsewhere"
        elsewhere.mkdir()
        self.assertEqual(run(program, cwd=elsewhere, env=environment(**variables)).stdout, "version 2\n")
        self.assertEqual(sqlite3.connect(elsewhere / "shop.db").execute(COLUMNS).fetchall(),
                         [("id",), ("name",), ("price",)])
        with Cluster(find_bindir("15"), "15") as cluster:
            url = cluster.create_database("shop")
            said = run(program, cwd=elsewhere, env=environment(DATABASE_URL=url, **variables)).stdout
            self.assertEqual(said, "version 2\n")
            self.assertEqual(cluster.sql("shop", "SELECT count(*) FROM items WHERE price = 0"), [("0",)])

    def test_twenty_lines_of_cmake_migrate_sqlite_and_postgres(self):
        project = self.folder / "by-cmake"
        shutil.copytree(EXAMPLE, project)
        self.build(project, project / "build", "-G", "Ninja")
        shutil.rmtree(project / "migrations")

        self.migrates(project / "build" / "shop")

    def test_make_and_pkg_config_do_the_same_and_see_a_new_and_a_changed_file(self):
        project = self.folder / "by-make"
        shutil.copytree(EXAMPLE, project)
        found = {"PKG_CONFIG_PATH": self.library.parent / "pkgconfig", "LD_LIBRARY_PATH": self.library.parent}
        run("make", "-C", project, env=environment(**found))

        self.migrates(project / "shop", **found)
        self.assertIn("up to date", run("make", "-C", project, env=environment(**found)).stdout)
        add_pair(project / "migrations", "000003_more")
        run("make", "-C", project, env=environment(**found))
        self.assertEqual(run(project / "shop", cwd=project / "elsewhere", env=environment(**found)).stdout, "version 3\n")

        (project / "migrations" / "000003_more.up.sql").write_text("CREATE TABLE changed_afterwards (id int);\n")
        run("make", "-C", project, env=environment(**found))
        self.assertIn(b"changed_afterwards", (project / "shop").read_bytes())


class KindsTest(Installed):
    """Binaries of every kind, and what makes them anew."""

    def project(self, name):
        project = self.folder / name
        shutil.copytree(KINDS, project)
        add_pair(project / "migrations", "1_shop", "CREATE TABLE shop (id int);\n", "DROP TABLE shop;\n")
        add_pair(project / "more of them", "2_d'\"$#e", "CREATE TABLE odd (id int);\n", "DROP TABLE odd;\n")
        return project

    def test_every_kind_of_binary_carries_its_own(self):
        project = self.project("kinds")
        self.build(project, project / "build", "-G", "Ninja", target="kinds")
        names = ("in_program", "in_static", "in_object", "in_shared")

        said = run(project / "build" / "kinds", *(f"embedded://{name}" for name in names), "embedded://in_dreams").stdout

        for name in (*(f"embedded://{name}" for name in names), "by its address"):
            self.assertIn(f"{name}: version 1\n", said)
        self.assertIn("no migrations are embedded under the name in_dreams\n", said)
        self.assertIn("next: build with aether_migrate_embed(TARGET DIR NAME in_dreams)", said)
        headers = run("readelf", "--wide", "--segments", project / "build" / "kinds").stdout
        self.assertRegex(headers, r"GNU_STACK\s+\S+ \S+ \S+ \S+ \S+ RW ")

    def watches_its_files(self, generator):
        project = self.project(f"watches {generator}")
        build = project / "build"
        self.build(project, build, "-G", generator, target="names")

        def names():
            run("cmake", "--build", build, "--target", "names")
            return run(build / "names").stdout

        before = names()
        self.assertEqual(before, "1_shop.up.sql: CREATE TABLE shop (id int);\n1_shop.down.sql: DROP TABLE shop;\n"
                                 "2_d'\"$#e.up.sql: CREATE TABLE odd (id int);\n2_d'\"$#e.down.sql: DROP TABLE odd;\n")
        add_pair(project / "migrations", "3_more")
        self.assertEqual(names(), before + "3_more.up.sql: SELECT 1;\n3_more.down.sql: SELECT 2;\n")
        add_pair(project / "migrations", "3_more", "SELECT 3;\n", "")
        self.assertEqual(names(), before + "3_more.up.sql: SELECT 3;\n3_more.down.sql: ")
        for half in ("up", "down"):
            (project / "migrations" / f"3_more.{half}.sql").unlink()
        self.assertEqual(names(), before)
        add_pair(project / "migrations", "4_late")
        refused = attempt("cmake", "--build", build, "--target", "names")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("4_late.up.sql: version 3 before it is missing", refused.stdout + refused.stderr)

    def test_ninja_makes_them_anew_when_a_file_changes_comes_or_goes(self):
        self.watches_its_files("Ninja")

    def test_make_makes_them_anew_when_a_file_changes_comes_or_goes(self):
        self.watches_its_files("Unix Makefiles")

    def test_a_call_that_can_not_be_is_refused_with_its_remedy(self):
        project = self.project("calls")
        (project / "empty").mkdir()
        for call, complaint in (
                ("aether_migrate_embed(nobody migrations)", "there is no target nobody; call it behind add_executable"),
                ("aether_migrate_embed(headers migrations)", "headers has no code of its own (INTERFACE_LIBRARY)"),
                ("aether_migrate_embed(names migrations)", "names has migrations of the name migrations already"),
                ("aether_migrate_embed(names)", "no directory is named"),
                ("aether_migrate_embed(names nowhere NAME other)", "nowhere is no directory"),
                ("aether_migrate_embed(names migrations NAME a-b)", 'the name "a-b" must be letters, digits and "_"'),
                ("aether_migrate_embed(names migrations NAME)", 'must be letters, digits and "_"')):
            refused = self.configure(project, project / "build", "-G", "Ninja", f"-DCALL={call}")
            self.assertNotEqual(refused.returncode, 0, call)
            self.assertIn(complaint, words(refused.stderr))


class ToolTest(Installed):
    """What fails the build, with the file named."""

    def refused(self, *names):
        folder = pathlib.Path(self.folder / self.id()) / str(len(names))
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text("SELECT 1;\n")
        done = attempt(self.tool, "-out", self.folder, folder)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn(str(folder), done.stderr)
        self.assertFalse((self.folder / "aether_migrate_embedded_migrations.cpp").exists())
        return done.stderr

    def test_a_missing_half(self):
        said = self.refused("1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "3_c.down.sql")

        self.assertIn("\n  2_b.up.sql: its other half, 2_b.down.sql, is missing\n", said)
        self.assertIn("\n  3_c.down.sql: its other half, 3_c.up.sql, is missing\n", said)

    def test_a_number_that_is_left_out(self):
        said = self.refused(*(f"{number}_x.{half}.sql" for number in ("0001", "0002", "0004", "0007")
                              for half in ("up", "down")))

        self.assertIn("\n  0004_x.up.sql: version 3 before it is missing\n", said)
        self.assertIn("\n  0007_x.up.sql: versions 5 to 6 before it are missing\n", said)

    def test_a_bad_name(self):
        said = self.refused("1_a.up.sql", "1_a.down.sql", "2-b.up.sql", "3_c.sql", "README.md", ".4_d.up.sql.swp")

        for name in ("2-b.up.sql", "3_c.sql"):
            self.assertIn(f"\n  {name}: no migration's name", said)
        self.assertNotIn("README", said)
        self.assertNotIn("swp", said)

    def test_two_files_of_one_half(self):
        said = self.refused("1_a.up.sql", "1_a.down.sql", "01_b.up.sql")

        self.assertIn("duplicate migration file: ", said)
        self.assertIn("01_b.up.sql and 1_a.up.sql are up files of version 1", said)

    def test_a_folder_without_migrations(self):
        self.assertIn("error: no migrations in ", self.refused("README.md"))

    def test_a_file_that_can_not_be_read(self):
        folder = self.folder / "dangling"
        add_pair(folder, "1_a")
        (folder / "1_a.up.sql").unlink()
        (folder / "1_a.up.sql").symlink_to("nowhere")

        done = attempt(self.tool, "-out", self.folder, folder)

        self.assertEqual(done.returncode, 1)
        self.assertIn("dangling/1_a.up.sql: it can't be read", done.stderr)

    def test_times_may_jump(self):
        folder = self.folder / "times"
        for stem in ("20240101120000_a", "20240301120000_b"):
            add_pair(folder, stem)

        run(self.tool, "-name", "times", "-out", self.folder, folder)

        self.assertIn("20240301120000_b.down.sql",
                      (self.folder / "aether_migrate_embedded_times.cpp").read_text())

    def test_a_wrong_command_line_is_told_with_the_usage(self):
        for arguments, complaint in ((("-out", ".", "-loud", "x"), "flag provided but not defined: -loud"),
                                     (("x", "-out"), "flag needs an argument: -out"), (("x",), "-out is missing"),
                                     (("-out", "."), "no directory is named"),
                                     (("-name=a-b", "-out", ".", "x"), 'the name "a-b" must be letters')):
            done = attempt(self.tool, *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(f"aether-migrate-embed: {complaint}", done.stderr)
            self.assertIn("Usage: aether-migrate-embed ", done.stderr)


if __name__ == "__main__":
    unittest.main()
