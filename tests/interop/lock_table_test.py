# SPDX-License-Identifier: MIT
"""The lock table of golang-migrate's pgx driver: both programs know the row, neither takes the other's."""

import time
import unittest
import zlib

from interop import GatedTest, finish, only_ours, ours, theirs

TABLE = {"x-lock-strategy": "table"}
PEER = "newest"


@only_ours
class LockTable(GatedTest):

    def rows(self, database):
        return [int(number) for (number,) in database.sql("SELECT lock_id FROM schema_lock")]

    def lock_id(self, database):
        return zlib.crc32(f"/{database.name}".encode()) * 1486364155 % 2**32

    def test_golang_migrate_is_refused_while_ours_has_the_row(self):
        with self.holding(ours(), "pgx", **TABLE) as (database, process):
            self.assertEqual(self.rows(database), [self.lock_id(database)])
            refused = theirs(PEER).run(database.url("pgx", **TABLE), self.folder, "up")
            self.assertIsNone(process.poll())
        self.assert_done(refused, code=1)
        self.assertIn("can't acquire lock", refused.err)
        self.assert_done(self.held)
        self.assertEqual((self.rows(database), database.row()), ([], (2, False)))
        after = self.assert_done(theirs(PEER).run(database.url("pgx", **TABLE), self.folder, "up"))
        self.assertEqual(after.lines(), ["no change"])
        self.assertEqual(self.rows(database), [])

    def test_ours_waits_for_golang_migrates_row_and_leaves_it(self):
        with self.holding(theirs(PEER), "pgx", **TABLE) as (database, process):
            url = database.url("pgx", **TABLE)
            refused = ours().run(url, self.folder, "up", flags=("-lock-timeout", "1"))
            waiter = ours().start(url, self.folder, "up")
            time.sleep(0.5)
            self.assertEqual((waiter.poll(), process.poll()), (None, None))
            self.assertEqual(self.rows(database), [self.lock_id(database)])
        self.assert_done(self.held)
        self.assert_done(refused, code=1)
        self.assertIn("a row in schema_lock that is not ours", refused.err)
        self.assertEqual(self.assert_done(finish(waiter)).lines()[-1], "no change")
        self.assertEqual((self.rows(database), database.row()), ([], (2, False)))

    def test_row_of_a_killed_golang_migrate_is_cleared_by_hand_only(self):
        with self.holding(theirs(PEER), "pgx", **TABLE) as (database, process):
            process.kill()
            url = database.url("pgx", **TABLE, **{"x-lock-lease": "5s"})
        refused = ours().run(url, self.folder, "up", flags=("-lock-timeout", "7"))
        self.assert_done(refused, code=1)
        self.assertIn(f"WHERE lock_id = {self.lock_id(database)}", refused.err)
        self.assertEqual(self.rows(database), [self.lock_id(database)])
        database.sql("DELETE FROM schema_lock; DROP TABLE IF EXISTS schema_migrations, t2")
        self.assert_done(ours().run(url, self.folder, "up"))
        self.assertEqual((self.rows(database), database.row()), ([], (2, False)))

    def test_schemes_without_the_strategy_there_exclude_each_other_by_the_advisory_lock(self):
        for scheme in ("postgres", "pgx5"):
            for first, second in ((ours(), theirs(PEER)), (theirs(PEER), ours())):
                with self.subTest(scheme=scheme, first=first.name):
                    with self.holding(first, scheme, **TABLE) as (database, _):
                        waiter = second.start(database.url(scheme, **TABLE), self.folder, "up")
                        time.sleep(0.7)
                        self.assertIsNone(waiter.poll(), f"{second.name} did not wait for {first.name}")
                    self.assert_done(self.held)
                    self.assertEqual(self.assert_done(finish(waiter)).lines()[-1], "no change")
                    self.assertEqual((database.row(), database.locks()), ((2, False), set()))


if __name__ == "__main__":
    unittest.main()
