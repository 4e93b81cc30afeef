# SPDX-License-Identifier: MIT
"""Ours, golang-migrate's command and its Go library exclude each other by lock, in every direction."""

import time
import unittest

from interop import GATED_FILES, GatedTest, Program, each_order, each_pair, fetched, finish, lock_id, only_ours, ours
from interop import theirs, wait_until, write_files


class Library(Program):
    """golang-migrate used as a Go library, which takes the lock id of the bare database name."""

    def command(self, url, directory, *arguments, flags=()):
        return [self.path, url, str(directory), *arguments]


def library(version):
    return Library(f"Go library {version}", fetched(version, "library"))


class Locks(GatedTest):

    def assert_waits(self, holder, waiter, scheme):
        """While the holder is inside a migration, the waiter does nothing; afterwards it finds all done."""
        with self.holding(holder, scheme) as (database, process):
            second = waiter.start(database.url(scheme), self.folder, "up")
            # golang-migrate queues inside the server; ours polls, so there it is seen by its connection.
            wait_until(lambda: second.poll() is not None or self.connections(database) >= 2, "a second connection")
            time.sleep(0.5)
            self.assertIsNone(second.poll(), f"{waiter.name} did not wait for {holder.name}")
            self.assertIsNone(process.poll())
        self.assert_done(self.held)
        done = self.assert_done(finish(second))
        self.assertEqual([line for line in done.lines() if line.endswith("(T)")], [], "it ran something again")
        self.assertEqual(database.row(), (2, False))
        self.assertEqual(database.relations(), {"t2"})
        self.assertEqual(database.locks(), set())

    def connections(self, database):
        rows = database.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'")
        return int(rows[0][0])

    @each_order
    def test_each_waits_for_the_other(self, first, second, scheme):
        self.assert_waits(first, second, scheme)

    @only_ours
    def test_ours_and_the_go_library_wait_for_each_other(self):
        for version in ("v4.17.0", "newest"):
            for first, second in ((ours(), library(version)), (library(version), ours())):
                with self.subTest(first=first.name, second=second.name):
                    self.assert_waits(first, second, "postgres")

    @only_ours
    def test_ours_holds_both_ids(self):
        for scheme in ("postgres", "pgx5"):
            with self.subTest(scheme=scheme), self.holding(ours(), scheme) as (database, _):
                expected = {(lock_id(f"/{database.name}"), True), (lock_id(database.name), True)}
                self.assertEqual(database.locks(), expected)

    def test_golang_migrate_holds_the_id_of_the_recipe(self):
        for version in ("v4.17.0", "newest"):
            for program, name in ((theirs(version), "/{}"), (library(version), "{}")):
                with self.subTest(program=program.name), self.holding(program, "postgres") as (database, _):
                    self.assertEqual(database.locks(), {(lock_id(name.format(database.name)), True)})

    @only_ours
    def test_ours_gives_up_after_its_lock_timeout_and_names_the_holder(self):
        holders = [(theirs(version), scheme, "/{}") for version in ("v4.17.0", "newest")
                   for scheme in ("postgres", "pgx5")]
        holders += [(library("newest"), "postgres", "{}"), (ours(), "postgres", "/{}")]
        for holder, scheme, name in holders:
            for arguments in (("up",), ("force", "7"), ("goto", "2"), ("drop", "-f")):
                with self.subTest(holder=holder.name, scheme=scheme, arguments=arguments):
                    self.assert_gives_up(holder, scheme, name, arguments)

    def assert_gives_up(self, holder, scheme, name, arguments):
        with self.holding(holder, scheme) as (database, process):
            pid = database.holder(lock_id(name.format(database.name)))
            started = time.monotonic()
            done = ours().run(database.url(scheme), self.folder, *arguments, flags=("-lock-timeout", "1"))
            waited = time.monotonic() - started
            self.assertIsNone(process.poll(), "the holder ended by itself: nothing is shown")
        self.assert_done(done, code=1)
        self.assertIn("error: timeout: can't acquire database lock", done.err)
        self.assertRegex(done.err, rf"\b{pid}\b", "the holder is not named")
        self.assertGreaterEqual(waited, 0.9)
        self.assertLess(waited, 15)
        self.assert_done(self.held)
        self.assertEqual(database.row(), (2, False))

    @only_ours
    @each_pair
    def test_ours_tells_the_version_while_another_migrates(self, peer, scheme):
        with self.holding(peer, scheme) as (database, process):
            done = ours().run(database.url(scheme), self.folder, "version")
            self.assertIsNone(process.poll())
        self.assert_done(done)
        self.assertEqual(done.err.splitlines()[0], "1 (dirty)")

    @only_ours
    def test_ours_waiting_does_not_hinder_a_concurrent_index(self):
        self.folder = write_files({**GATED_FILES, "2_table.up.sql": "CREATE TABLE t2 (id int);",
                                   "3_index.up.sql": "CREATE INDEX CONCURRENTLY i3 ON t2 (id);"})
        for holder in (ours(), theirs("v4.17.0"), theirs("newest")):
            with self.subTest(holder=holder.name), self.holding(holder, "postgres") as (database, _):
                waiters = [ours().start(database.url(), self.folder, "up") for _ in range(3)]
                wait_until(lambda base=database: self.connections(base) >= 4, "three that wait")
                database.sql("INSERT INTO gate DEFAULT VALUES")
                for waiter in waiters:
                    self.assert_done(finish(waiter))
            self.assert_done(self.held)
            self.assertEqual(database.relations(), {"t2", "i3"})
            self.assertEqual(database.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), [("0",)])

    @only_ours
    @each_pair
    def test_ours_says_whom_it_waits_for(self, peer, scheme):
        with self.holding(peer, scheme) as (database, _):
            pid = database.holder(lock_id(f"/{database.name}"))
            second = ours().start(database.url(scheme), self.folder, "up")
            time.sleep(2)
        done = self.assert_done(finish(second))
        self.assertRegex(done.err, rf"\b{pid}\b")


if __name__ == "__main__":
    unittest.main()
