# SPDX-License-Identifier: MIT
"""Ours and golang-migrate's exclude each other on MariaDB by GET_LOCK, in both directions."""

import contextlib
import time
import unittest

from interop import PEERS, InteropTest, each_order, each_pair, finish, only_ours, ours, theirs, wait_until, write_files
from others import MariaDatabase, OnMariaDb

# Waits for a lock that the test holds; half a minute is the bound if the test dies.
GATED = "DO GET_LOCK(CONCAT('gate of ', DATABASE()), 30);"
FILES = {
    "1_gated.up.sql": GATED,
    "1_gated.down.sql": "DO 1;",
    "2_table.up.sql": "CREATE TABLE t2 (id int);",
    "2_table.down.sql": "DROP TABLE t2;",
}
# golang-migrate asks the server to wait as long, whatever its -lock-timeout says.
THEIR_LOCK_SECONDS = 10


class Locks(OnMariaDb, InteropTest):

    def setUp(self):
        self.folder = write_files(FILES)

    @contextlib.contextmanager
    def holding(self, program, scheme):
        """A database in which the program is inside migration 1; the gate is opened at the end of the block."""
        database = MariaDatabase()
        gate = database.session()
        self.addCleanup(gate.close)
        self.assertEqual(gate.run(f"SELECT GET_LOCK('gate of {database.name}', 0);"), ["1"])
        process = program.start(database.url(scheme), self.folder, "up")
        try:
            wait_until(lambda: self.is_inside(database), f"{program.name} runs migration 1")
            yield database, process
        finally:
            gate.close()
            self.held = finish(process)

    def is_inside(self, database):
        rows = database.sql("SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE()"
                            " AND info LIKE 'DO GET_LOCK%' AND state = 'User lock'")
        return rows != [("0",)]

    @each_order
    def test_each_waits_for_the_other(self, first, second, scheme):
        """While the first is inside a migration, the second does nothing; afterwards it finds all done."""
        with self.holding(first, scheme) as (database, process):
            waiter = second.start(database.url(scheme), self.folder, "up")
            # golang-migrate queues inside the server; ours polls, so there it is seen by its session.
            wait_until(lambda: waiter.poll() is not None or database.sessions() >= 3, "a second session")
            time.sleep(0.5)
            self.assertIsNone(waiter.poll(), f"{second.name} did not wait for {first.name}")
            self.assertIsNone(process.poll())
        self.assert_done(self.held)
        done = self.assert_done(finish(waiter))
        self.assertEqual([line for line in done.lines() if line.endswith("(T)")], [], "it ran something again")
        self.assertEqual((database.row(), database.relations()), ((2, False), {"t2"}))
        self.assertIsNone(database.lock_holder())

    def test_every_program_holds_the_lock_of_the_recipe(self):
        for program in (ours(), *(theirs(version, self.peer_kind) for version in PEERS)):
            with self.subTest(program=program.name), self.holding(program, "mysql") as (database, _):
                holder = database.lock_holder()
                running = database.sql("SELECT id FROM information_schema.processlist WHERE info LIKE 'DO GET_LOCK%'")
                self.assertEqual([(str(holder),)], running)

    @only_ours
    @each_pair
    def test_golang_migrate_gives_up_after_ten_seconds_behind_ours(self, peer, scheme):
        with self.holding(ours(), scheme) as (database, process):
            started = time.monotonic()
            done = peer.run(database.url(scheme), self.folder, "up")
            waited = time.monotonic() - started
            self.assertIsNone(process.poll())
        self.assertIn("can't acquire lock", self.assert_done(done, code=1).err)
        self.assertGreaterEqual(waited, THEIR_LOCK_SECONDS - 1)
        self.assert_done(self.held)
        self.assertEqual(database.row(), (2, False))

    @only_ours
    @each_pair
    def test_ours_gives_up_after_its_lock_timeout_and_names_the_holder(self, peer, scheme):
        for holder in (peer, ours()):
            for arguments in (("up",), ("force", "7"), ("goto", "2"), ("drop", "-f")):
                with self.subTest(holder=holder.name, arguments=arguments):
                    with self.holding(holder, scheme) as (database, process):
                        session = database.lock_holder()
                        started = time.monotonic()
                        done = ours().run(database.url(scheme), self.folder, *arguments, flags=("-lock-timeout", "1"))
                        waited = time.monotonic() - started
                        self.assertIsNone(process.poll(), "the holder ended by itself: nothing is shown")
                    self.assert_done(done, code=1)
                    self.assertIn("error: timeout: can't acquire database lock", done.err)
                    self.assertRegex(done.err, rf"\b{session}\b", "the holder is not named")
                    self.assertGreaterEqual(waited, 0.9)
                    self.assertLess(waited, 15)
                    self.assert_done(self.held)
                    self.assertEqual(database.row(), (2, False))

    @only_ours
    @each_pair
    def test_ours_tells_the_version_while_golang_migrate_migrates(self, peer, scheme):
        with self.holding(peer, scheme) as (database, process):
            done = ours().run(database.url(scheme), self.folder, "version")
            self.assertIsNone(process.poll())
        self.assertEqual(self.assert_done(done).err.splitlines()[0], "1 (dirty)")

    @only_ours
    @each_pair
    def test_ours_says_whom_it_waits_for(self, peer, scheme):
        with self.holding(peer, scheme) as (database, _):
            session = database.lock_holder()
            second = ours().start(database.url(scheme), self.folder, "up")
            time.sleep(2)
        self.assertRegex(self.assert_done(finish(second)).err, rf"\b{session}\b")

    @only_ours
    def test_without_the_lock_nobody_waits(self):
        """x-no-lock means the same to both: whoever asks for it is not excluded."""
        for program in (ours(), *(theirs(version, self.peer_kind) for version in PEERS)):
            with self.subTest(program=program.name), self.holding(ours(), "mysql") as (database, process):
                done = program.run(database.url(**{"x-no-lock": "true"}), self.folder, "force", "1")
                self.assertIsNone(process.poll())
                self.assert_done(done)


if __name__ == "__main__":
    unittest.main()
