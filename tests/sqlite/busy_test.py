# SPDX-License-Identifier: MIT
"""Another client uses the file: we wait, say so, and give up in time."""

import os
import signal
import time
import unittest

from sqlite_engine import SqliteTest
from program import finish


class Busy(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i);", "CREATE TABLE b (i);")
        self.done("up", "1")

    def write_lock(self):
        other = self.connect()
        other.execute("BEGIN IMMEDIATE")
        return other

    def test_waits_for_a_writer_and_names_it(self):
        other = self.write_lock()
        process = self.start("up")
        time.sleep(1.6)
        other.execute("COMMIT")
        result = finish(process)
        self.assertEqual((result.code, self.row()), (0, (2, 0)), result.err)
        self.assertRegex(result.err, f"waiting for a lock: pid {os.getpid()}, application python.*, writing")

    def test_gives_up_when_told_to(self):
        self.write_lock()
        begun = time.monotonic()
        result = self.fails("up", flags=["-table-lock-timeout", "200ms", "-retry-for", "1s"])
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIn("database is locked", result.err)
        self.assertIn("SQLSTATE SQLITE_BUSY", result.err)
        self.assertIn(f"pid {os.getpid()}", result.err)
        self.assertIn("version 1, clean: nothing of this file was applied", result.err)

    def test_obeys_the_librarys_busy_timeout(self):
        self.write_lock()
        begun = time.monotonic()
        result = self.fails("up", url=self.url("_busy_timeout=300"))
        self.assertLess(time.monotonic() - begun, 5)
        self.assertGreater(time.monotonic() - begun, 0.25)
        self.assertIn("database is locked", result.err)

    def test_looks_while_another_one_writes(self):
        self.write_lock()
        self.assertEqual(self.done("version").err, "1\n")

    def test_version_waits_for_an_exclusive_client_no_longer_than_told(self):
        other = self.connect()
        other.execute("BEGIN EXCLUSIVE")
        self.assertIn("database is locked", self.fails("version", url=self.url("_busy_timeout=200")).err)

    def test_commit_waits_for_a_reader(self):
        other = self.connect()
        other.execute("BEGIN")
        other.execute("SELECT * FROM a").fetchall()
        process = self.start("up")
        time.sleep(1.5)
        other.execute("COMMIT")
        result = finish(process)
        self.assertEqual((result.code, self.row()), (0, (2, 0)), result.err)

    def test_waiting_can_be_stopped(self):
        self.write_lock()
        process = self.start("up")
        time.sleep(0.4)
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        self.assertEqual(finish(process).code, 143)
        self.assertLess(time.monotonic() - begun, 2)
        self.assertEqual(self.row(), (1, 0))

    def test_files_own_busy_timeout_does_not_take_our_limits_away(self):
        self.up_files("CREATE TABLE a (i);", "PRAGMA busy_timeout = 60000;", "CREATE TABLE c (i);")
        self.done("up", "1")
        self.write_lock()
        self.fails("up", flags=["-table-lock-timeout", "200ms", "-retry-for", "0"])


if __name__ == "__main__":
    unittest.main()
