# SPDX-License-Identifier: MIT
"""x-backup: a copy of the file before a run that has something to do."""

import os
import subprocess
import unittest

from sqlite_engine import SqliteTest
from program import finish


class Backup(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i);", "CREATE TABLE b (i);")
        self.done("up", "1")
        self.copy = self.place / "copy.db"

    def tables_of(self, file):
        return [name for (name,) in self.sql("SELECT name FROM sqlite_master WHERE type = 'table'"
                                             " AND name NOT LIKE 'schema_%'", file=file)]

    def test_copies_the_file_as_it_was(self):
        self.file.chmod(0o640)
        result = self.done("up", url=self.url(f"x-backup={self.copy}"), flags=["-verbose"])
        self.assertEqual((self.tables_of(self.copy), self.tables()), (["a"], ["a", "b"]))
        self.assertIn(f"the database was copied to {self.copy}", result.err)
        self.assertEqual(self.copy.stat().st_mode & 0o777, 0o640)
        self.assertEqual(self.leftovers(), ["copy.db"])

    def test_copies_nothing_when_nothing_is_to_be_done(self):
        self.done("up")
        self.done("up", url=self.url(f"x-backup={self.copy}"))
        self.done("version", url=self.url(f"x-backup={self.copy}"))
        self.assertFalse(self.copy.exists())

    def test_refuses_to_overwrite_and_changes_nothing(self):
        self.copy.write_text("precious")
        result = self.fails("up", url=self.url(f"x-backup={self.copy}"))
        self.assertIn("there is such a file already", result.err)
        self.assertEqual((self.copy.read_text(), self.row()), ("precious", (1, 0)))

    def test_folder_holds_a_copy_of_each_run(self):
        folder = self.place / "copies"
        folder.mkdir()
        url = self.url(f"x-backup={folder}")
        self.done("up", url=url)
        self.done("goto", "1", url=url)
        copies = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        self.assertEqual([self.tables_of(copy) for copy in copies], [["a"], ["a", "b"]])

    def test_missing_folder(self):
        result = self.fails("up", url=self.url(f"x-backup={self.place}/no/copy.db"))
        self.assertIn("x-backup:", result.err)
        self.assertEqual(self.row(), (1, 0))

    @unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
    def test_disk_that_is_too_small_for_the_copy(self):
        self.sql("INSERT INTO a VALUES (randomblob(1000000))")
        small = self.place / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", small], check=False).returncode != 0:
            self.skipTest("this machine lets nobody mount")
        self.addCleanup(subprocess.run, ["umount", "-l", small], check=True)
        result = self.fails("up", url=self.url(f"x-backup={small}"))
        self.assertRegex(result.err, "x-backup: .*(disk is full|disk I/O error)")
        self.assertEqual((os.listdir(small), self.row(), self.tables()), ([], (1, 0), ["a"]))

    def test_drop_is_copied_too(self):
        self.done("drop", "-f", url=self.url(f"x-backup={self.copy}"))
        self.assertEqual((self.tables_of(self.copy), self.tables()), (["a"], []))

    def test_many_processes_make_one_copy(self):
        folder = self.place / "copies"
        folder.mkdir()
        processes = [self.start("up", url=self.url(f"x-backup={folder}")) for _ in range(8)]
        self.assertEqual([finish(process).code for process in processes], [0] * 8)
        self.assertEqual(len(os.listdir(folder)), 1)

    def test_wal_database(self):
        self.sql("PRAGMA journal_mode = WAL")
        other = self.connect()
        other.execute("INSERT INTO a VALUES (7)")
        self.done("up", url=self.url(f"x-backup={self.copy}"))
        self.assertEqual(self.sql("SELECT i FROM a", file=self.copy), [(7,)])


if __name__ == "__main__":
    unittest.main()
