# SPDX-License-Identifier: MIT
"""SIGTERM and SIGINT in every phase of a run: the exit code, a true state each time, and a next `up` that completes.

143: SIGTERM with work left. 0: done, or SIGINT at a boundary between two migrations. 130: cut off by SIGINT.
"""

import signal
import time
import unittest

from crash import APPLICATION, CrashTest
from program import finish, wait_until

TERM, INT = signal.SIGTERM, signal.SIGINT
STOP_SECONDS = 15
COMMIT_SECONDS = 2

NEXT = "CREATE TABLE z (id int);"
AT_THE_GATE = "CREATE TABLE a (id int);\nLOCK TABLE gate;"
SEGMENTS = ("CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nLOCK TABLE gate;\n"
            "CREATE TABLE b (id int);")
BARE_IN_SEGMENTS = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY t_id ON t (id);\nCREATE TABLE b (id int);"
BARE = "CREATE INDEX CONCURRENTLY t_id ON t (id);"
SLOW_COMMIT = f"""CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_sleep({COMMIT_SECONDS}); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
"""
COMMITTING = "CREATE TABLE a (id int);\nINSERT INTO t VALUES (2);"


class Stops(CrashTest):

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE gate (); CREATE TABLE t (id int);")
        self.gate = self.session()

    def start_at(self, body, pattern="LOCK TABLE gate|CONCURRENTLY", condition="wait_event_type = 'Lock'", flags=()):
        """Starts `up` with this file and one more; the first waits for the session self.gate."""
        self.up_files(body, NEXT)
        self.gate.run("BEGIN; LOCK TABLE gate; INSERT INTO t VALUES (1);")
        process = self.start("up", flags=flags)
        self.wait_in(process, pattern, condition)
        return process

    def send(self, process, *numbers):
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.2)

    def open_gate(self):
        self.gate.run("COMMIT;")

    def ends(self, process, codes, rows):
        """The program ends soon, in one of these ways; what it says is so, and golang-migrate can read the row."""
        start = time.monotonic()
        result = finish(process)
        self.takes(start, at_most=STOP_SECONDS)
        row = self.row()
        self.assertIn((result.code, row), [(code, row) for code in codes for row in rows], result.err)
        self.tells_the_truth(result)
        self.lock_is_free()
        return result.code, row

    def completes(self, *tables):
        """The next `up` does what is left, and all of it is there exactly once."""
        self.done("up")
        look = self.look()
        self.assertEqual((look.row, look.invalid, look.journal), ((2, False), [], None))
        self.applied_once(1, 2)
        self.assertEqual([name for name in self.tables() if name not in ("gate", "t")], [*tables, "z"])

    def stop_while_waiting(self, number, code):
        first = self.start_at(SEGMENTS)
        before = self.look()
        second = self.start("up")
        wait_until(lambda: len(self.backends()) == 2, "the second session")
        time.sleep(1)
        self.send(second, number)
        result = finish(second, seconds=STOP_SECONDS)
        self.assertEqual(result.code, code, result.err)
        self.assertIn("nothing was changed", result.err)
        look = self.look()  # the first process may try its statement again meanwhile, and note that
        self.assertEqual((look.row, look.events, look.marks), (before.row, before.events, before.marks))
        self.open_gate()
        self.assertEqual(finish(first).code, 0)
        self.applied_once(1, 2)

    def test_termination_while_waiting_for_the_lock(self):
        self.stop_while_waiting(TERM, 143)

    def test_interrupt_while_waiting_for_the_lock(self):
        self.stop_while_waiting(INT, 130)

    def test_termination_in_a_transaction(self):
        process = self.start_at(AT_THE_GATE)
        self.send(process, TERM)
        self.ends(process, [143], ["absent"])
        self.open_gate()
        self.completes("a")

    def test_interrupt_in_a_transaction(self):
        process = self.start_at(AT_THE_GATE)
        self.send(process, INT)
        self.assertIsNone(process.poll())
        self.open_gate()
        self.ends(process, [0], [(1, False)])
        self.completes("a")

    def test_second_interrupt_in_a_transaction(self):
        process = self.start_at(AT_THE_GATE)
        self.send(process, INT, INT)
        self.ends(process, [130], ["absent"])
        self.open_gate()
        self.completes("a")

    def test_termination_in_a_transaction_in_the_middle_of_a_file(self):
        process = self.start_at(SEGMENTS)
        self.assertEqual(self.row(), (1, True))
        self.send(process, TERM)
        self.ends(process, [143], [(1, True)])
        self.open_gate()
        self.completes("a", "b")

    def test_interrupt_in_the_middle_of_a_file_lets_it_finish(self):
        process = self.start_at(SEGMENTS)
        self.send(process, INT)
        self.assertIsNone(process.poll())
        self.open_gate()
        self.ends(process, [0], [(1, False)])
        self.completes("a", "b")

    def test_second_interrupt_in_the_middle_of_a_file(self):
        process = self.start_at(SEGMENTS)
        self.send(process, INT, INT)
        self.ends(process, [130], [(1, True)])
        self.open_gate()
        self.completes("a", "b")

    def test_termination_in_a_bare_statement_lets_it_finish(self):
        for number, (body, rows, tables) in enumerate(((BARE, [(1, False)], []),
                                                       (BARE_IN_SEGMENTS, [(1, True), (1, False)], ["a", "b"]))):
            with self.subTest(body=body):
                self.again(number)
                process = self.start_at(body)
                self.send(process, TERM)
                self.assertIsNone(process.poll())
                self.open_gate()
                self.ends(process, [143], rows)
                self.assertEqual(self.look().invalid, [])
                self.completes(*tables)

    def test_second_interrupt_cancels_a_bare_statement(self):
        for number, (body, rows, tables) in enumerate(((BARE, [None, (1, True)], []),
                                                       (BARE_IN_SEGMENTS, [(1, True)], ["a", "b"]))):
            with self.subTest(body=body):
                self.again(number)
                process = self.start_at(body)
                self.send(process, INT, INT)
                self.ends(process, [130], rows)
                self.open_gate()
                self.completes(*tables)

    def again(self, number):
        """A new database for every part of a test but the first."""
        if number:
            self.doCleanups()
            self.setUp()

    def stop_in_a_pause(self, body, number, codes, rows, tables):
        """The table is in use, and the program pauses between two tries."""
        self.gate.run("SET application_name = 'nightly report';")
        process = self.start_at(body, "ALTER TABLE t", flags=("-table-lock-timeout", "200ms", "-retry-for", "60s"))
        idle = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle'"
                f" AND application_name = '{APPLICATION}' AND state_change < clock_timestamp() - interval '0.8s'")
        wait_until(lambda: self.value(idle) == "1", "a pause of some length")
        self.send(process, number)
        self.ends(process, codes, rows)
        self.open_gate()
        self.completes(*tables)

    def test_termination_in_a_pause_between_two_tries(self):
        self.stop_in_a_pause("ALTER TABLE t ADD COLUMN c int;", TERM, [143], ["absent"], [])

    def test_interrupt_in_a_pause_between_two_tries(self):
        self.stop_in_a_pause("ALTER TABLE t ADD COLUMN c int;", INT, [130], ["absent"], [])

    def test_termination_in_a_pause_in_the_middle_of_a_file(self):
        body = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY a_id ON a (id);\nALTER TABLE t ADD COLUMN c int;"
        self.stop_in_a_pause(body, TERM, [143], [(1, True)], ["a"])

    def stop_while_committing(self, numbers, outcomes):
        self.sql(SLOW_COMMIT)
        self.up_files(COMMITTING, NEXT)
        process = self.start("up")
        self.wait_in(process, ".", "wait_event = 'PgSleep'")
        self.send(process, *numbers)
        outcome = self.ends(process, {code for code, _ in outcomes}, {row for _, row in outcomes})
        self.assertIn(outcome, outcomes)
        self.completes("a")
        self.assertEqual(self.value("SELECT count(*) FROM t WHERE id = 2"), "1")

    def test_termination_while_committing(self):
        self.stop_while_committing([TERM], [(143, (1, False)), (143, "absent")])

    def test_interrupt_while_committing(self):
        self.stop_while_committing([INT], [(0, (1, False))])

    def test_second_interrupt_while_committing(self):
        self.stop_while_committing([INT, INT], [(130, "absent"), (130, (1, False)), (0, (1, False))])


if __name__ == "__main__":
    unittest.main()
