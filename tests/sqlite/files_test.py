# SPDX-License-Identifier: MIT
"""Names of database files, and files that are none, can't be read, or are full."""

import os
import pwd
import subprocess
import unittest

from sqlite_engine import SqliteTest


class Names(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i);")

    def check(self, url, name, **options):
        self.done("up", url=url, **options)
        self.file = self.place / name
        self.assertTrue(self.file.is_file(), sorted(os.listdir(self.place)))
        self.assertEqual(self.row(), (1, 0))

    def test_relative(self):
        self.check("sqlite3://rel.db", "rel.db", cwd=self.place)

    def test_relative_in_a_folder(self):
        (self.place / "sub").mkdir()
        self.check("sqlite3://./sub/../sub/rel.db", "sub/rel.db", cwd=self.place)

    def test_blank_as_it_is_and_encoded(self):
        self.check(f"sqlite3://{self.place}/my app.db", "my app.db")
        self.assertEqual(self.done("version", url=f"sqlite3://{self.place}/my%20app.db").err, "1\n")

    def test_file_that_golang_migrate_made_of_a_blank(self):
        self.check(f"sqlite3://{self.place}/my%2520app.db", "my%20app.db")
        self.assertEqual(self.done("version", url=f"sqlite3://{self.place}/my%20app.db").err, "1\n")
        self.assertFalse((self.place / "my app.db").exists())

    def test_uri_forms(self):
        self.check(f"sqlite3://file:{self.place}/my%20app.db?mode=rwc", "my app.db")
        self.check("sqlite3://file:rel.db", "rel.db", cwd=self.place)
        self.check(f"sqlite3://file://{self.place}/three.db", "three.db")
        self.check(f"sqlite3://file://localhost{self.place}/host.db", "host.db")

    def test_hostile_names(self):
        for name in ("a'b.db", 'a"b;c.db', "-v.db", "a#b.db", "ünï.db", "a%b.db", "new\nline.db", "a:b@c.db"):
            with self.subTest(name):
                text = name.replace("%", "%25").replace("\n", "%0A")
                self.check(f"sqlite3://{self.place}/{text}", name)
                self.assertEqual(sorted(path for path in os.listdir(self.place) if "lock" in path), [])

    def test_memory(self):
        self.assertEqual(self.done("up", url="sqlite3://:memory:").steps(), ["1/u m1"])
        self.assertEqual(self.done("up", url="sqlite3://file::memory:?cache=shared").steps(), ["1/u m1"])
        self.assertEqual(os.listdir(self.place), ["migrations"])

    def test_bad_urls(self):
        for url, text in ((f"sqlite3:{self.file}", "two slashes"), ("sqlite3://", "no database file in the URL"),
                          (f"sqlite3://{self.place}/a%zz", 'invalid URL escape "%zz"'),
                          (self.url("mode=rx"), "no such access mode: rx"),
                          (self.url("_foreign_keys=perhaps"), "invalid _foreign_keys: perhaps"),
                          (self.url("_journal_mode=wal;drop"), "invalid semicolon"),
                          (self.url("x-migrations-table=sqlite_x"), "SQLite's own")):
            with self.subTest(url):
                self.assertIn(text, self.fails("version", url=url).err)

    def test_settings_of_the_url(self):
        self.up_files("CREATE TABLE p (i PRIMARY KEY); CREATE TABLE c (p REFERENCES p);", "INSERT INTO c VALUES (1);")
        for query in ("_fk=on", "_foreign_keys=true", "_pragma=foreign_keys(1)", "_pragma=foreign_keys%3D1"):
            with self.subTest(query):
                self.assertIn("FOREIGN KEY constraint failed", self.fails("up", url=self.url(query)).err)
        self.done("up", url=self.url("_loc=auto&_txlock=exclusive&_mutex=no&unknown=1"))


class BadFiles(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i);", "CREATE TABLE b (i);")

    def test_missing_folder(self):
        result = self.fails("up", url=f"sqlite3://{self.place}/no/app.db")
        self.assertIn("unable to open database file: no such file or directory", result.err)
        self.assertIn(f"{self.place}/no/app.db", result.err)

    def test_folder_in_the_place_of_the_file(self):
        self.file.mkdir()
        self.assertIn("unable to open database file", self.fails("up").err)

    def test_file_that_is_no_database(self):
        self.file.write_text("This is the diary of somebody, long enough to be no empty file.\n" * 40)
        for command in ("version", "up", "force 1", "drop -f"):
            self.assertIn("file is not a database", self.fails(*command.split()).err)
        self.assertTrue(self.file.read_text().startswith("This is the diary"))

    def test_damaged_page(self):
        self.done("up", "1")
        data = bytearray(self.file.read_bytes())
        data[100:600] = b"\xff" * 500
        self.file.write_bytes(data)
        self.assertRegex(self.fails("up").err, "malformed|corrupt")

    def test_missing_file_that_must_be_there(self):
        self.assertIn("unable to open database file", self.fails("up", url=self.url("mode=rw")).err)
        self.assertFalse(self.file.exists())

    def test_read_only_by_the_url(self):
        self.done("up", "1")
        url = self.url("mode=ro")
        self.assertEqual(self.done("version", url=url).err, "1\n")
        self.assertIn("this session can only read", self.fails("up", url=url).err)

    def test_read_only_file(self):
        self.done("up", "1")
        self.file.chmod(0o444)
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.assertEqual(self.done("version", user=user).err, "1\n")
        self.assertIn("this session can only read", self.fails("up", user=user).err)

    @unittest.skipUnless(os.geteuid() == 0, "another user is needed")
    def test_read_only_folder(self):
        self.done("up", "1")
        self.file.chmod(0o666)
        result = self.fails("up", user=pwd.getpwnam("nobody"))
        self.assertIn("can't lock", result.err)
        self.assertIn("right to write into the folder", result.err)
        self.assertEqual(self.row(), (1, 0))

    def test_full_by_a_page_limit(self):
        self.done("up", "1")
        self.up_files("CREATE TABLE a (i);", "PRAGMA max_page_count = 20;\n"
                      "INSERT INTO a SELECT randomblob(50000);\nINSERT INTO a SELECT randomblob(50000);\n")
        result = self.fails("up")
        self.assertIn("database or disk is full", result.err)
        self.assertEqual((self.row(), self.sql("SELECT count(*) FROM a")), ((1, 0), [(0,)]))

    @unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
    def test_full_disk(self):
        small = self.place / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", small], check=False).returncode != 0:
            self.skipTest("this machine lets nobody mount")
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        self.file = small / "app.db"
        self.done("up", "1")
        self.up_files("CREATE TABLE a (i);", "INSERT INTO a SELECT randomblob(1000000);\n")
        result = self.fails("up")
        self.assertRegex(result.err, "disk is full|disk I/O error")
        self.assertEqual((self.row(), self.sql("SELECT count(*) FROM a")), ((1, 0), [(0,)]))
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])

    def test_large_statement_and_many_statements(self):
        self.up_files(f"CREATE TABLE a (t);\nINSERT INTO a VALUES ('{'x' * 3_000_000}');\n"
                      + "INSERT INTO a VALUES ('short');\n" * 30000)
        self.done("up")
        self.assertEqual(self.sql("SELECT count(*), max(length(t)) FROM a"), [(30001, 3_000_000)])


if __name__ == "__main__":
    unittest.main()
