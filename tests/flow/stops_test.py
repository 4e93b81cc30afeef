# SPDX-License-Identifier: MIT
"""Signals and kills in the middle of a migration: the state stays true, and the next run completes it."""

import signal
import time
import unittest

from flow import finish, on_every_database, tell

# Long enough to be seen at work, short enough to wait for.
SLOW_SECONDS = 3
BEFORE, AFTER = tell(11), tell(22)


@on_every_database
class Stops:

    def start_slow(self, schema_change="CREATE TABLE a (id int);"):
        """Starts `up` with two files, and returns when it is inside the first one's slow statement."""
        self.up_files(f"{schema_change}\n{BEFORE}\n{self.place.slow(SLOW_SECONDS)};\n{AFTER}\n", tell(33))
        process = self.start("up")
        self.wait_slow(process)
        return process

    def send(self, process, *numbers):
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.2)

    def ends(self, process, code):
        result = finish(process)
        self.assertEqual(result.code, code, result.err)
        return result

    def is_as_promised(self):
        """What is left of a file that was stopped in its middle."""
        if self.promises.ddl_is_undone:
            self.assertEqual((self.row(), self.tables(), self.ran(), self.journal()), (None, [], [], []))
        else:
            self.assertEqual((self.row(), self.tables(), self.ran()), ((1, True), ["a"], []))
            self.assertEqual(self.journal(), [("1", "1", "between")])
        self.assertEqual(self.history(), [])

    def completes(self, *tables):
        """The next `up` does what is left; every statement ran once."""
        self.done("up")
        self.assertEqual((self.row(), self.tables(), self.ran()), ((2, False), list(tables), [11, 22, 33]))
        self.assertEqual((self.history(), self.journal()), ([("1", "applied"), ("2", "applied")], []))

    def test_termination_gives_the_open_transaction_up(self):
        process = self.start_slow()
        self.send(process, signal.SIGTERM)
        self.ends(process, 143)
        self.is_as_promised()
        self.completes("a")

    def test_interrupt_finishes_the_file_and_stops_before_the_next(self):
        process = self.start_slow()
        self.send(process, signal.SIGINT)
        self.assertIsNone(process.poll())
        self.ends(process, 0)
        self.assertEqual((self.row(), self.ran(), self.journal()), ((1, False), [11, 22], []))
        self.completes("a")

    def test_second_interrupt_gives_the_open_transaction_up(self):
        process = self.start_slow()
        self.send(process, signal.SIGINT, signal.SIGINT)
        self.ends(process, 130)
        self.is_as_promised()
        self.completes("a")

    def test_a_killed_program_leaves_nothing_or_the_journal(self):
        process = self.start_slow()
        process.kill()
        process.wait(timeout=10)
        self.wait_alone()
        self.is_as_promised()
        self.completes("a")

    def test_the_next_run_waits_for_the_session_of_a_killed_one(self):
        process = self.start_slow()
        process.kill()
        process.wait(timeout=10)
        self.completes("a")

    def test_a_schema_change_that_lost_its_program_is_not_made_twice(self):
        """Where it commits by itself the server may finish it alone; the next run sees that it is there."""
        self.up_files(f"CREATE TABLE a (id int);\n{BEFORE}\n{self.place.slow_table('b', SLOW_SECONDS)};\n{AFTER}\n",
                      tell(33))
        process = self.start("up")
        self.wait_slow(process)
        process.kill()
        process.wait(timeout=10)
        self.completes("a", "b")

    def test_kills_at_many_moments_of_one_folder(self):
        bodies = [f"CREATE TABLE a{number} (id int);\n{tell(number)}\nCREATE TABLE b{number} (id int);\n"
                  f"{tell(number + 100)}\nDROP TABLE a{number};\n" for number in range(1, 9)]
        self.up_files(*bodies)
        for moment in range(12):
            process = self.start("up")
            time.sleep(0.01 * moment)
            process.kill()
            process.wait(timeout=10)
            self.wait_alone()
            self.assertEqual(len(self.ran()), len(set(self.ran())), "a statement ran twice")
        self.done("up")
        self.assertEqual((self.row(), self.journal()), ((8, False), []))
        self.assertEqual(self.tables(), [f"b{number}" for number in range(1, 9)])
        self.assertEqual(self.ran(), [*range(1, 9), *range(101, 109)])
        # A row that goes back to clean says so, and moves nothing.
        self.assertEqual([event for event in self.history() if event[1] != "repaired"],
                         [(str(number), "applied") for number in range(1, 9)])


if __name__ == "__main__":
    unittest.main()
