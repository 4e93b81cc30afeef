# SPDX-License-Identifier: MIT
"""The connection is lost while the server commits: the program says what is true, and never runs a file twice.

A deferred constraint trigger sleeps inside COMMIT, so that there is time to cut, to kill and to pause.
"""

import signal
import threading
import time
import unittest

from crash import LONG, MAJOR, CrashTest, kill, reported
from program import finish, wait_until
from proxy import Proxy

COMMIT_SECONDS = 1
PAUSE_SECONDS = 5
# How long the program may look for the truth before it says that it does not know it.
RESOLVE_SECONDS = 180
resolving = unittest.skipUnless(LONG, "waits for as long as the program looks for the truth")
# Where it says how the lost commit ended; tells_the_truth() looks whether it is so.
STATE = r"database is at (version \d+|no version), clean|marked dirty at version \d+"
UNKNOWN = "only the server knows whether it committed"

SLOW = f"""CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
PERFORM pg_sleep({COMMIT_SECONDS}); RETURN NULL; END $$;
CREATE TABLE t (id int);
CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slow();
"""
# In a file of several segments each of our writes is slow: they all move the version row or the journal.
SLOW_ROW = """CREATE CONSTRAINT TRIGGER slow AFTER INSERT OR UPDATE ON schema_migrations DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION slow();"""
PLAIN = "CREATE TABLE a (id int);\nINSERT INTO t VALUES (2);"
OWN = "BEGIN;\nCREATE TABLE a (id int);\nINSERT INTO t VALUES (2);\nCOMMIT;"
MIXED = "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY t_id ON t (id);\nINSERT INTO t VALUES (2);"
NEXT = "CREATE TABLE b (id int);"


class Commits(CrashTest):

    def setUp(self):
        super().setUp()
        self.proxy = self.enter(Proxy(self.cluster.port))

    def enter(self, thing):
        thing.__enter__()
        self.addCleanup(thing.__exit__)
        return thing

    def committing(self, body, flags=()):
        """Starts `up` through the proxy; returns it and its backend when the server commits version 2."""
        self.up_files(SLOW, body, NEXT)
        self.done("up", "1")
        process = self.start("up", url=self.proxy.url(self.url()), flags=flags)
        self.wait_in(process, ".", "wait_event = 'PgSleep'")
        return process, self.backend()

    def ends_true(self, process, says=STATE):
        """Waits for the end; what the program said is so, and the next `up` completes the work exactly once."""
        result = finish(process, seconds=RESOLVE_SECONDS)
        wait_until(self.server_answers, "the server up again")
        self.lock_is_free(seconds=30)
        look = self.tells_the_truth(result)
        self.assertIn(result.code, (0, 1), result.err)
        if result.code == 0:
            self.assertEqual(look.row, (3, False), result.err)
            self.assertEqual(reported(result), ["2/u m2", "3/u m3"])
        else:
            self.assertRegex(result.err, says)
            self.assertIn("\n  next: ", result.err)
        self.completes()
        return result, look

    def completes(self):
        self.done("up")
        self.assertEqual(self.row(), (3, False))
        self.applied_once(1, 2, 3)
        self.assertEqual(self.tables(), ["a", "b", "t"])
        self.assertEqual(self.sql("SELECT id FROM t"), [("2",)])
        self.no_invalid_index()
        self.assertIsNone(self.look().journal)

    def test_nothing_happens(self):
        process, _ = self.committing(PLAIN)
        result, _ = self.ends_true(process)
        self.assertEqual(result.code, 0, result.err)

    def test_backend_that_is_ended_has_not_committed(self):
        process, pid = self.committing(PLAIN)
        self.sql(f"SELECT pg_terminate_backend({pid})")
        self.ends_true(process)

    def test_backend_that_is_killed_has_not_committed(self):
        process, pid = self.committing(PLAIN)
        self.kill_backend(pid)
        self.ends_true(process)

    def test_server_that_is_stopped_has_not_committed(self):
        process, _ = self.committing(OWN)
        self.cluster.stop("immediate")
        time.sleep(1)
        self.cluster.start()
        self.ends_true(process)

    def lost_answer(self, body):
        """The server commits, but nobody is there any more to hear so."""
        process, _ = self.committing(body)
        self.proxy.cut_clients()
        result, look = self.ends_true(process)
        self.assertIn("2/u m2", reported(result))
        self.assertIn(look.row, [(2, False), (3, False)])

    def test_answer_that_is_lost_was_committed(self):
        self.lost_answer(PLAIN)

    def test_answer_to_the_files_own_commit_that_is_lost(self):
        self.lost_answer(OWN)

    def test_answer_that_is_lost_of_a_forced_version(self):
        self.up_files(SLOW, PLAIN, NEXT)
        self.done("up", "1")
        self.sql(SLOW_ROW)
        process = self.start("force", "2", url=self.proxy.url(self.url()))
        self.wait_in(process, ".", "wait_event = 'PgSleep'")
        self.proxy.cut_clients()

        result = finish(process, seconds=RESOLVE_SECONDS)

        self.assertEqual((result.code, self.row()), (0, (2, False)), result.err)

    def test_answer_that_is_lost_while_new_connections_are_refused(self):
        process, _ = self.committing(PLAIN)
        self.proxy.refuse()
        self.proxy.cut_clients()
        time.sleep(COMMIT_SECONDS + 1)
        self.proxy.accept()
        self.ends_true(process)

    @resolving
    def test_answer_that_is_lost_and_nobody_to_ask_is_not_known(self):
        process, _ = self.committing(PLAIN)
        self.proxy.refuse()
        self.proxy.cut_clients()
        result, look = self.ends_true(process, says=UNKNOWN)
        self.assertEqual(result.code, 1)
        self.assertEqual(look.row, (2, False), "the server had committed, whether the program knows it or not")
        self.assertNotIn("nothing of this file was applied", result.err)

    def test_wire_cut_at_both_ends(self):
        process, _ = self.committing(PLAIN)
        self.assertEqual(self.proxy.cut(), 1)
        self.ends_true(process)

    def paused(self, seconds, disturb=None, says=STATE):
        process, pid = self.committing(PLAIN)
        kill(pid, signal.SIGSTOP)
        self.addCleanup(kill, pid, signal.SIGCONT)
        if disturb:
            disturb()
        wake = threading.Timer(seconds, kill, (pid, signal.SIGCONT))
        wake.start()
        self.addCleanup(wake.cancel)
        start = time.monotonic()
        process.wait(timeout=RESOLVE_SECONDS)
        # Nobody can know before the backend does.
        self.takes(start, at_least=seconds if says == STATE else 0, at_most=RESOLVE_SECONDS)
        return self.ends_true(process, says)

    def test_server_that_pauses_is_waited_for(self):
        result, _ = self.paused(PAUSE_SECONDS)
        self.assertEqual(result.code, 0, result.err)

    def test_server_that_pauses_while_the_answer_is_lost(self):
        result, _ = self.paused(PAUSE_SECONDS, self.proxy.cut_clients)
        self.assertIn("2/u m2", reported(result))

    @resolving
    def test_server_that_pauses_for_very_long_while_the_answer_is_lost(self):
        self.paused(RESOLVE_SECONDS - 30, self.proxy.cut_clients, says=UNKNOWN)

    def slow_writes(self):
        """Version 2 of several segments, and a version row whose every write takes long to commit."""
        self.up_files(SLOW, MIXED, NEXT)
        self.done("up", "1")
        self.sql(SLOW_ROW)

    def ends_after_slow_writes(self, process):
        result = finish(process, seconds=RESOLVE_SECONDS)
        wait_until(self.server_answers, "the server up again")
        self.lock_is_free(seconds=30)
        self.sql("DROP TRIGGER slow ON schema_migrations")
        self.tells_the_truth(result)
        self.completes()

    def lose_write(self, number):
        """Cuts the wire during one of our writes, counted from 0: the program stops or goes on, and says so."""
        self.slow_writes()
        process = self.start("up", url=self.proxy.url(self.url()))
        seen = set()
        while len(seen) <= number:
            wait_until(lambda: self.new_write(process, seen), f"write {len(seen)}")
        self.proxy.cut_clients()
        self.ends_after_slow_writes(process)

    def new_write(self, process, seen):
        """Looks for a commit that sleeps and is not among the seen ones, and adds it to them."""
        if process.poll() is not None:
            self.fail(f"it ended after {len(seen)} writes: {finish(process)}")
        starts = {start for (start,) in self.sql("SELECT query_start::text FROM pg_stat_activity"
                                                 " WHERE wait_event = 'PgSleep'")} - seen
        seen |= starts
        return bool(starts)

    def test_first_write_of_a_file_of_segments_is_lost(self):
        self.lose_write(0)

    def test_second_write_of_a_file_of_segments_is_lost(self):
        self.lose_write(1)

    def test_third_write_of_a_file_of_segments_is_lost(self):
        self.lose_write(2)

    def test_fourth_write_of_a_file_of_segments_is_lost(self):
        self.lose_write(3)

    @unittest.skipIf(MAJOR < 14, "the server does not look for its client")
    def test_dead_client_stops_its_transaction(self):
        self.up_files("CREATE TABLE a (id int);\nSELECT pg_sleep(30);")
        process = self.start("up")
        self.wait_in(process, "pg_sleep", "wait_event = 'PgSleep'")
        self.kill_program(process)
        start = time.monotonic()
        self.lock_is_free(seconds=10)
        self.takes(start, at_most=5)
        self.assertEqual(self.row(), "absent")


if __name__ == "__main__":
    unittest.main()
