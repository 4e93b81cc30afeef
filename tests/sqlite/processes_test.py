# SPDX-License-Identifier: MIT
"""Several processes on one file: they exclude each other, and what a killed one left is found out."""

import os
import random
import signal
import time
import unittest

from sqlite_engine import SqliteTest
from program import finish, wait_until

SLOW = """CREATE TABLE slow AS
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000000) SELECT max(i) AS i FROM n;
"""


class Starts(SqliteTest):

    def check_start_of(self, count, url=None):
        files = 12
        self.up_files("CREATE TABLE log (n);", *[f"INSERT INTO log VALUES ({n});" for n in range(2, files + 1)])
        ended = [finish(process) for process in [self.start("up", url=url) for _ in range(count)]]
        self.assertEqual([done.code for done in ended], [0] * count, [done.err for done in ended if done.code])
        self.assertEqual(self.row(), (files, 0))
        self.assertEqual([n for (n,) in self.sql("SELECT n FROM log ORDER BY n")], list(range(2, files + 1)))
        self.assertEqual(self.history("version"), [(n,) for n in range(1, files + 1)])
        applied = sorted(int(step.split("/")[0]) for done in ended for step in done.steps())
        self.assertEqual(applied, list(range(1, files + 1)))
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])

    def test_twenty_processes_apply_every_migration_once(self):
        self.check_start_of(20)
        self.assertEqual(self.leftovers(), [])

    def test_the_same_in_wal_mode(self):
        self.check_start_of(20, self.url("_journal_mode=WAL"))
        self.assertEqual(self.value("PRAGMA journal_mode"), "wal")

    def test_the_same_under_two_names_of_the_file(self):
        link = self.place / "link.db"
        link.symlink_to(self.file)
        self.up_files("CREATE TABLE a (i);", SLOW)
        first = self.start("up")
        wait_until(self.file.exists, "the file")
        second = self.start("up", url=f"sqlite3://{link}")
        self.assertEqual([finish(first).code, finish(second).code], [0, 0])
        self.assertEqual(self.history("version"), [(1,), (2,)])


class Locks(SqliteTest):

    def lock_file(self):
        return self.place / "app.db-migrate-lock"

    def test_holder_is_named(self):
        self.up_files(SLOW)
        holder = self.start("up")
        wait_until(lambda: self.lock_file().exists() and self.lock_file().read_text().endswith("\n"), "the lock file")
        result = self.fails("up", flags=["-lock-timeout", "0"])
        self.assertIn("timeout: can't acquire database lock", result.err)
        self.assertIn(f"held by pid {holder.pid}", result.err)
        self.assertEqual(finish(holder).code, 0)
        self.assertFalse(self.lock_file().exists())

    def test_lock_of_a_killed_process_is_free(self):
        self.up_files("CREATE TABLE a (i);", SLOW)
        killed = self.start("up")
        wait_until(lambda: self.lock_file().exists() and self.file.stat().st_size > 0
                   and self.row() == (1, 0), "the first migration")
        killed.kill()
        killed.wait()
        self.assertTrue(self.lock_file().exists())
        self.assertEqual(self.row(), (1, 0))
        self.done("up", flags=["-lock-timeout", "0"])
        self.assertEqual((self.row(), self.leftovers()), ((2, 0), []))

    def test_removed_lock_file_stops_the_run(self):
        self.up_files("CREATE TABLE a (i);", SLOW)
        process = self.start("up")
        wait_until(lambda: self.lock_file().exists() and self.file.stat().st_size > 0
                   and self.row() == (1, 0), "the first migration")
        self.lock_file().unlink()
        result = finish(process)
        self.assertEqual(result.code, 1)
        self.assertIn("this session lost the migration lock while the file ran", result.err)
        self.assertEqual(self.row(), (1, 0))

    def test_looking_takes_no_lock(self):
        self.up_files("CREATE TABLE a (i);")
        self.done("up")
        self.addCleanup(self.place.chmod, 0o755)
        self.place.chmod(0o555)
        self.assertEqual(self.done("version").err, "1\n")


class Kills(SqliteTest):

    def test_killed_between_segments_goes_on(self):
        self.up_files("CREATE TABLE a (i);\nPRAGMA foreign_keys=ON;\nVACUUM;\n" + SLOW + "INSERT INTO a VALUES (1);\n")
        killed = self.start("up")
        wait_until(lambda: self.file.exists() and self.file.stat().st_size > 0 and self.row() == (1, 1)
                   and self.sql("SELECT statements_done, state FROM schema_migrations_journal") == [(3, "between")],
                   "the journal")
        killed.kill()
        killed.wait()
        self.assertEqual((self.row(), self.tables()), ((1, 1), ["a"]))
        result = self.done("up")
        self.assertIn("a migration was cut off: 3 of the 5 statements of 1_m1.up.sql are applied", result.err)
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["a", "slow"]))
        self.assertEqual(self.sql("SELECT count(*) FROM a"), [(1,)])

    def test_killed_at_random_moments_then_up(self):
        seed = int(os.environ.get("AETHER_SEED") or random.randrange(10**6))
        print(f"seed {seed}")
        chance = random.Random(seed)
        bodies = ["CREATE TABLE log (n);"]
        for number in range(2, 31):
            insert = f"INSERT INTO log VALUES ({number});"
            bodies.append(f"{insert}\nVACUUM;\nINSERT INTO log VALUES ({number} + 1000);" if number % 3 == 0 else insert)
        self.up_files(*bodies)
        for _ in range(25):
            process = self.start("up")
            time.sleep(chance.uniform(0, 0.06))
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.done("up")
        expected = sorted([*range(2, 31), *[n + 1000 for n in range(2, 31) if n % 3 == 0]])
        self.assertEqual([n for (n,) in self.sql("SELECT n FROM log ORDER BY n")], expected)
        self.assertEqual(self.row(), (30, 0))
        applied = self.sql("SELECT version FROM schema_migrations_history WHERE event = 'applied' ORDER BY id")
        self.assertEqual(applied, [(n,) for n in range(1, 31)])
        self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])

    def test_terminated_in_a_long_statement(self):
        self.up_files("CREATE TABLE a (i);", SLOW)
        process = self.start("up")
        wait_until(lambda: self.file.exists() and self.file.stat().st_size > 0 and self.row() == (1, 0), "version 1")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(finish(process, seconds=10).code, 143)
        self.assertEqual((self.row(), self.tables(), self.leftovers()), ((1, 0), ["a"], []))


if __name__ == "__main__":
    unittest.main()
