# SPDX-License-Identifier: MIT
"""On SQLite golang-migrate takes no lock: our processes exclude each other, and here is what a mixed start does."""

import contextlib
import unittest

from interop import InteropTest, each_pair, finish, only_ours, ours, wait_until, write_files
from others import OnSqlite, SqliteFile

# Half a second of work in one statement; SQLite has nothing that waits without working.
SLOW = ("CREATE TABLE slow AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)"
        " SELECT count(*) FROM n;")
FILES = {
    "1_slow.up.sql": SLOW,
    "1_slow.down.sql": "DROP TABLE slow;",
    "2_table.up.sql": "CREATE TABLE t2 (id int);",
    "2_table.down.sql": "DROP TABLE t2;",
}


@only_ours
class SqliteLocks(OnSqlite, InteropTest):

    def setUp(self):
        self.folder = write_files(FILES)

    @contextlib.contextmanager
    def writer(self, database):
        """Somebody else's open transaction on the file, as an application has it."""
        connection = database.connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    def lock_file(self, database):
        return database.path.with_name(database.path.name + "-migrate-lock")

    def test_a_second_process_of_ours_waits_and_finds_all_done(self):
        for scheme in self.schemes:
            with self.subTest(scheme=scheme):
                database = SqliteFile()
                with self.writer(database):
                    first = ours().start(database.url(scheme), self.folder, "up")
                    wait_until(lambda at=database: self.lock_file(at).exists(), "the first one's lock")
                    second = ours().start(database.url(scheme), self.folder, "up")
                results = [self.assert_done(finish(process)) for process in (first, second)]
                steps = [line for done in results for line in done.lines() if line.endswith("(T)")]
                self.assertEqual(sorted(steps), ["1/u slow (T)", "2/u table (T)"])
                self.assertEqual(database.row(), (2, False))

    def test_ours_gives_up_after_its_lock_timeout_and_names_the_holder(self):
        database = SqliteFile()
        with self.writer(database):
            first = ours().start(database.url(), self.folder, "up")
            wait_until(lambda: self.lock_file(database).exists(), "the first one's lock")
            done = ours().run(database.url(), self.folder, "up", flags=("-lock-timeout", "1"))
            self.assertIsNone(first.poll())
        self.assertIn("error: timeout: can't acquire database lock", self.assert_done(done, code=1).err)
        self.assertRegex(done.err, rf"\b{first.pid}\b", "the holder is not named")
        self.assert_done(finish(first))

    @each_pair
    def test_golang_migrate_does_not_wait_for_ours(self, peer, scheme):
        """Started together both may run a file, and either may fail: of ours what it records is what it applied."""
        database = SqliteFile()
        process = ours().start(database.url(scheme), self.folder, "up")
        theirs = peer.run(database.url(scheme), self.folder, "up")
        mine = finish(process)
        applied = [version for version, event in database.history() if event == "applied"]
        said = [int(line.split("/")[0]) for line in mine.lines() if line.endswith("(T)")]
        self.assertEqual(applied, said, f"{mine.err}\n{theirs.err}")
        self.assertLessEqual({"slow"}, database.relations(), "neither of them applied the first file")

    @each_pair
    def test_ours_takes_a_running_golang_migrate_for_a_failed_one(self, peer, scheme):
        """Its row is dirty while it runs and nothing says that it is alive: ours refuses, and changes nothing."""
        database = SqliteFile()
        process = peer.start(database.url(scheme), self.folder, "up")
        wait_until(lambda: self.row_of(database) == (1, True), "golang-migrate's dirty row")
        done = ours().run(database.url(scheme), self.folder, "up")
        self.assertIsNone(process.poll(), "it ended before anything could be shown")
        self.assert_done(finish(process))
        self.assertIn("Dirty database version 1", self.assert_done(done, code=1).err)
        self.assertEqual((database.row(), database.relations()), ((2, False), {"slow", "t2"}))

    def row_of(self, database):
        return database.row() if database.path.exists() else None


if __name__ == "__main__":
    unittest.main()
