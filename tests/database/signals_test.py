# SPDX-License-Identifier: MIT
"""SIGINT and SIGTERM: the state stays true, and the exit code says whether work is left."""

import signal
import socket
import subprocess
import time
import unittest

from engine import EngineTest
from cluster import clean_environment
from program import PROGRAM, finish, wait_until

STOPPING = "Stopping after this running migration ..."


class Signals(EngineTest):

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE gate (); CREATE TABLE t (id int);")
        self.gate = self.session()

    def at_the_gate(self, *bodies, number=1):
        """Starts `up` with these files; the one of this number waits for a lock that open_gate() gives back."""
        self.up_files(*bodies)
        self.gate.run("BEGIN; LOCK TABLE gate; INSERT INTO t VALUES (1);")
        process = self.start("up")
        self.wait_for_query("LOCK TABLE gate|INDEX CONCURRENTLY", "wait_event_type = 'Lock'")
        return process

    def open_gate(self):
        self.gate.run("COMMIT;")

    def signal(self, process, *numbers):
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.2)

    def ends(self, process, code, row, tables=()):
        result = finish(process)
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(self.row(), row)
        self.assertEqual([name for name in self.tables() if name not in ("gate", "t")], list(tables))
        self.lock_is_free()
        return result.err

    def lock_is_free(self):
        query = ("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                 " WHERE locktype = 'advisory' AND datname = current_database()")
        wait_until(lambda: self.value(query) == "0", "the migration lock given back")

    SLOW = "-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nCREATE TABLE a (id int);"
    NEXT = "CREATE TABLE b (id int);"
    BARE = "CREATE INDEX CONCURRENTLY t_id ON t (id);"

    def test_interrupt_finishes_the_running_migration_and_exits_0(self):
        process = self.at_the_gate(self.SLOW, self.NEXT)
        self.signal(process, signal.SIGINT)
        self.assertIsNone(process.poll())
        self.open_gate()
        text = self.ends(process, 0, (1, False), ["a"])
        self.assertEqual(text.splitlines()[0], STOPPING)
        self.assertEqual(self.done("up").steps(), ["2/u m2"])

    def test_interrupt_during_the_last_migration_exits_0(self):
        process = self.at_the_gate(self.SLOW)
        self.signal(process, signal.SIGINT)
        self.open_gate()
        self.ends(process, 0, (1, False), ["a"])

    def test_second_interrupt_rolls_a_transactional_file_back(self):
        process = self.at_the_gate(self.SLOW, self.NEXT)
        self.signal(process, signal.SIGINT, signal.SIGINT)
        self.ends(process, 130, "absent")
        self.open_gate()
        self.assertEqual(self.done("up").steps(), ["1/u m1", "2/u m2"])

    def test_second_interrupt_cancels_a_bare_file_and_leaves_it_dirty(self):
        process = self.at_the_gate(self.BARE, self.NEXT)
        self.signal(process, signal.SIGINT, signal.SIGINT)
        text = self.ends(process, 130, (1, True))
        self.open_gate()
        self.assertIn("error: ", text)
        self.assertIn('"migrate up" again', text)

    def test_failure_after_an_interrupt_is_an_error(self):
        process = self.at_the_gate("-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nSELECT missing;", self.NEXT)
        self.signal(process, signal.SIGINT)
        self.open_gate()
        self.assertIn("missing", self.ends(process, 1, "absent"))

    def test_termination_rolls_a_transactional_file_back_and_exits_143(self):
        process = self.at_the_gate(self.SLOW, self.NEXT)
        self.signal(process, signal.SIGTERM)
        self.ends(process, 143, "absent")
        self.open_gate()
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_termination_in_a_later_file_keeps_the_earlier_ones(self):
        process = self.at_the_gate("CREATE TABLE z (id int);", self.SLOW, self.NEXT)
        self.signal(process, signal.SIGTERM)
        text = self.ends(process, 143, (1, False), ["z"])
        self.assertTrue(text.startswith("1/u m1 ("), text)
        self.open_gate()

    def test_termination_lets_a_bare_file_finish_and_exits_143_with_work_left(self):
        process = self.at_the_gate(self.BARE, self.NEXT)
        self.signal(process, signal.SIGTERM)
        self.assertIsNone(process.poll())
        self.assertEqual(self.row(), (1, True))
        self.open_gate()
        self.ends(process, 143, (1, False))
        self.assertEqual(self.value("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid"), "1")

    def test_termination_during_the_last_bare_file_exits_0(self):
        process = self.at_the_gate(self.BARE)
        self.signal(process, signal.SIGTERM)
        self.open_gate()
        self.ends(process, 0, (1, False))

    def test_termination_during_the_last_transactional_file_exits_143(self):
        process = self.at_the_gate(self.SLOW)
        self.signal(process, signal.SIGTERM)
        self.ends(process, 143, "absent")
        self.open_gate()

    def test_interrupt_then_termination_rolls_back(self):
        process = self.at_the_gate(self.SLOW, self.NEXT)
        self.signal(process, signal.SIGINT, signal.SIGTERM)
        self.ends(process, 143, "absent")
        self.open_gate()

    def test_interrupt_stops_a_down_between_two_migrations(self):
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;",
                    "2_b.up.sql": "SELECT 1;", "2_b.down.sql": "-- migrate:table-lock-timeout 0\nLOCK TABLE gate;"})
        self.done("up")
        self.gate.run("BEGIN; LOCK TABLE gate;")
        process = self.start("down", "-all")
        self.wait_for_query("LOCK TABLE gate", "wait_event_type = 'Lock'")
        self.signal(process, signal.SIGINT)
        self.open_gate()
        self.ends(process, 0, (1, False), ["a"])

    def test_interrupt_lets_a_running_drop_or_force_finish(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        for arguments, locked, row, tables in ((("force", "7"), "schema_migrations", (7, False), ["a", "gate", "t"]),
                                               (("drop", "-f"), "gate", "absent", [])):
            with self.subTest(arguments=arguments):
                self.gate.run(f"BEGIN; LOCK TABLE {locked} IN SHARE MODE;")
                process = self.start(*arguments)
                self.wait_for_query("", "wait_event_type = 'Lock'")
                self.signal(process, signal.SIGINT)
                self.assertIsNone(process.poll())
                self.open_gate()
                result = finish(process)
                self.assertEqual((result.code, self.row(), self.tables()), (0, row, tables), result.err)
                self.assertEqual(result.err.splitlines()[0], STOPPING)

    def test_stop_while_waiting_for_the_lock_changes_nothing(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with self.subTest(signal=number.name):
                first = self.at_the_gate(self.SLOW)
                second = self.start("up")
                application = "application_name = 'aether-migrate'"
                wait_until(lambda: self.value(f"SELECT count(*) FROM pg_stat_activity WHERE {application}"
                                              " AND datname = current_database()") == "2", "the second session")
                time.sleep(0.2)
                start = time.monotonic()

                second.send_signal(number)

                result = finish(second)
                self.assertLess(time.monotonic() - start, 5)
                self.assertEqual(result.code, code, result.err)
                self.assertIn("stopped while waiting for the migration lock", result.err)
                self.assertIn("nothing was changed", result.err)
                first.send_signal(signal.SIGTERM)
                self.ends(first, 143, "absent")
                self.open_gate()

    def test_interrupt_of_the_first_look_ends_it(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        self.up_files("CREATE TABLE a (id int);", self.NEXT)
        self.gate.run("BEGIN; LOCK TABLE schema_migrations;")
        for arguments in (("up",), ("version",), ("force", "2"), ("repair",)):
            with self.subTest(arguments=arguments):
                process = self.start(*arguments)
                self.wait_for_query("pg_is_in_recovery", "wait_event_type = 'Lock'")
                process.send_signal(signal.SIGINT)
                result = finish(process, seconds=5)
                self.assertEqual(result.code, 130, result.err)
        self.open_gate()
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a", "gate", "t"]))

    def asked(self, *arguments):
        """Starts a command that asks a question, and reads the question."""
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;"})
        self.done("up")
        process = self.start(*arguments)
        self.assertIn("Are you sure", process.stderr.readline())
        return process

    def test_closed_standard_input_is_a_no(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        for arguments in ("down", "drop"):
            with self.subTest(arguments=arguments):
                closed = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", PROGRAM, "-path", self.folder, "-database",
                                         self.url(), arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        check=False, timeout=20, env=clean_environment())
                self.assertEqual((closed.returncode, self.row()), (1, (1, False)), closed.stderr)

    def test_closed_standard_error_does_not_reach_the_database(self):
        self.up_files("CREATE TABLE a (id int);")
        closed = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", PROGRAM, "-path", self.folder, "-database",
                                 self.url(), "up"], check=False, timeout=20, env=clean_environment())
        self.assertEqual((closed.returncode, self.row()), (0, (1, False)))

    def test_termination_at_the_question_exits_143_and_changes_nothing(self):
        for arguments in (("down",), ("drop",)):
            with self.subTest(arguments=arguments):
                process = self.asked(*arguments)
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=10)
                self.ends(process, 143, (1, False), ["a"])

    def test_interrupt_at_the_question_waits_on_and_a_yes_then_does_nothing(self):
        process = self.asked("down")
        self.signal(process, signal.SIGINT)
        self.assertIsNone(process.poll())
        process.stdin.write("y\n")
        process.stdin.flush()
        text = self.ends(process, 0, (1, False), ["a"])
        self.assertIn(STOPPING, text)

    def test_signals_while_connecting_end_at_once(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"postgres://u:secret@127.0.0.1:{silent.getsockname()[1]}/d?sslmode=disable"
            for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
                with self.subTest(signal=number.name):
                    process = self.start("version", url=url)
                    silent.settimeout(10)
                    peer, _ = silent.accept()
                    with peer:
                        time.sleep(0.2)
                        start = time.monotonic()
                        process.send_signal(number)
                        result = finish(process)
                    self.assertLess(time.monotonic() - start, 5)
                    self.assertEqual(result.code, code, result.err)
                    self.assertNotIn("secret", result.err)

    def test_reader_of_our_output_that_goes_away_does_not_end_the_run(self):
        process = self.at_the_gate(self.SLOW, self.NEXT)
        process.stderr.close()
        process.stdout.close()
        self.open_gate()
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(self.row(), (2, False))


if __name__ == "__main__":
    unittest.main()
