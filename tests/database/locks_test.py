# SPDX-License-Identifier: MIT
"""Several processes on one database: one migrates at a time, the others wait where they harm nobody."""

import os
import signal
import time
import unittest

from engine import EngineTest
from program import finish, wait_until

# A try is given up after 10 s; the server may take 15 s more to obey.
UNANSWERED_SECONDS = 30

class Locks(EngineTest):

    def holders(self):
        """Process ids of the sessions that hold our advisory locks."""
        return {pid for (pid,) in self.sql(
            "SELECT DISTINCT pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE locktype = 'advisory' AND granted AND datname = current_database()")}

    def sessions(self):
        """How many sessions of our program are connected."""
        return int(self.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                              " AND application_name = 'aether-migrate'"))

    def held_up(self, *arguments, **options):
        """Starts a command whose first statement waits for a lock of ours. Returns it and the session that lets go."""
        gate = self.session()
        gate.run("BEGIN; LOCK TABLE gate;")
        process = self.start(*arguments, **options)
        self.wait_for_query("LOCK TABLE gate", "wait_event_type = 'Lock'")
        return process, gate

    def gated(self, *more):
        """Writes a first file that waits at the gate."""
        self.sql("CREATE TABLE gate ();")
        self.up_files("-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nCREATE TABLE a (id int);", *more)

    def test_second_up_waits_and_then_finds_no_change(self):
        self.gated("CREATE TABLE b (id int);")
        first, gate = self.held_up("up")
        second = self.start("up")
        wait_until(lambda: self.sessions() == 2, "the second session")
        time.sleep(0.3)
        self.assertIsNone(second.poll())

        gate.run("COMMIT;")

        result = finish(first)
        self.assertEqual((result.code, result.steps()), (0, ["1/u m1", "2/u m2"]))
        result = finish(second)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(result.err.splitlines()[-1], "no change")
        self.assertEqual(self.history("version"), [("1",), ("2",)])
        self.assertEqual(self.holders(), set())

    def test_waiter_says_whom_it_waits_for(self):
        self.gated()
        first, gate = self.held_up("up", url=self.url(application_name="deploy 7"))
        (pid,) = self.holders()
        second = self.start("up")
        wait_until(lambda: self.sessions() == 1, "the second session")  # the first has another name
        time.sleep(2)  # it speaks after one second of waiting

        gate.run("COMMIT;")

        finish(first)
        line = next(line for line in finish(second).err.splitlines() if line.startswith("waiting"))
        self.assertRegex(line, rf"waiting for the migration lock for \d+ s, held by pid {pid} \(deploy 7, postgres")
        self.assertIn("LOCK TABLE gate", line)

    def test_lock_timeout_fails_in_time_and_names_the_holder(self):
        self.gated()
        first, gate = self.held_up("up")
        (pid,) = self.holders()
        for arguments in (("up",), ("force", "1")):
            with self.subTest(arguments=arguments):
                start = time.monotonic()

                result = self.fails(*arguments, flags=("-lock-timeout", "1"))

                self.assertGreater(time.monotonic() - start, 0.9)
                self.assertLess(time.monotonic() - start, 6)
                lines = [line for line in result.err.splitlines() if not line.startswith("waiting")]
                self.assertEqual(lines[0], "error: timeout: can't acquire database lock")
                self.assertIn(f"held by pid {pid} (user postgres, 127.0.0.1", lines[1])
                self.assertIn("application aether-migrate", lines[1])
                self.assertIn("nothing was changed", lines[1])
                self.assertTrue(lines[2].startswith("  next: "), lines)
        gate.run("COMMIT;")
        self.assertEqual(finish(first).code, 0)

    def test_lock_timeout_of_0_takes_a_free_lock_and_fails_at_once_otherwise(self):
        self.gated()
        first, gate = self.held_up("up", flags=("-lock-timeout", "0"))
        start = time.monotonic()
        self.assertIn("can't acquire database lock", self.fails("up", flags=("-lock-timeout", "0")).err)
        self.assertLess(time.monotonic() - start, 3)
        gate.run("COMMIT;")
        self.assertEqual(finish(first).code, 0)

    def freeze(self, application):
        """Stops the server's process behind a session; it answers nothing until the test ends."""
        (pid,) = [int(pid) for (pid,) in self.sql(
            f"SELECT pid FROM pg_stat_activity WHERE application_name = '{application}'"
            " AND datname = current_database()")]
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)

    def test_try_that_the_server_leaves_unanswered_ends(self):
        self.gated()
        first, gate = self.held_up("up")
        late = self.start("up", flags=("-lock-timeout", "4"), url=self.url(application_name="late"))
        stopped = self.start("up", url=self.url(application_name="stopped"))
        seen = "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('late', 'stopped') AND query ~ 'try_'"
        wait_until(lambda: self.value(seen) == "2", "two waiting sessions")
        start = time.monotonic()
        self.freeze("late")
        self.freeze("stopped")
        time.sleep(1)

        stopped.terminate()

        result = finish(stopped)
        self.assertEqual(result.code, 143, result.err)
        self.assertIn("stopped while waiting for the migration lock", result.err)
        self.assertIn("nothing was changed", result.err)
        result = finish(late)
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("error: timeout: can't acquire database lock", result.err)
        self.assertIn("the server did not answer a try for it within 10 s; nothing was changed", result.err)
        self.assertLess(time.monotonic() - start, UNANSWERED_SECONDS)
        gate.run("COMMIT;")
        self.assertEqual(finish(first).code, 0)

    def test_wait_for_the_version_table_names_who_holds_it(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.done("up", "1")
        other = self.session()
        (pid,) = other.run("BEGIN; LOCK TABLE schema_migrations IN SHARE MODE; SELECT pg_backend_pid();")
        process = self.start("up")
        time.sleep(3)

        other.run("COMMIT;")

        result = finish(process)
        self.assertEqual((result.code, self.row()), (0, (2, False)), result.err)
        self.assertRegex(result.err, rf"waiting for a lock: .*\b{pid}\b")

    def test_first_look_says_whom_it_waits_for(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        for arguments in (("up",), ("version",), ("force", "1"), ("repair", "-explain")):
            with self.subTest(arguments=arguments):
                other = self.session()
                (pid,) = other.run("BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE;"
                                   " SELECT pg_backend_pid();")
                process = self.start(*arguments)
                time.sleep(2)
                other.run("COMMIT;")
                result = finish(process)
                self.assertEqual(result.code, 0, result.err)
                self.assertRegex(result.err, rf"^waiting for a lock: pid {pid}\b")

    def test_drop_says_whom_it_waits_for(self):
        self.sql("CREATE TABLE a (id int);")
        other = self.session()
        (pid,) = other.run("BEGIN; SELECT FROM a; SELECT pg_backend_pid();")
        process = self.start("drop", "-f")
        time.sleep(2)
        other.run("COMMIT;")
        result = finish(process)
        self.assertEqual((result.code, self.tables()), (0, []), result.err)
        self.assertRegex(result.err, rf"waiting for a lock: pid {pid}\b")

    def test_role_that_may_not_see_the_holder_reads_no_holes(self):
        self.gated()
        self.sql("DROP ROLE IF EXISTS blind; CREATE ROLE blind LOGIN; GRANT ALL ON SCHEMA public TO blind;")
        self.addCleanup(self.sql, "DROP OWNED BY blind; DROP ROLE blind;")
        first, gate = self.held_up("up")
        self.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO blind;")
        second = self.start("up", flags=("-lock-timeout", "2"), url=self.url(user="blind"))
        text = finish(second).err
        gate.run("COMMIT;")
        finish(first)
        self.assertRegex(text, r"waiting for the migration lock for \d+ s, held by pid \d+")
        self.assertNotIn("insufficient privilege", text)
        self.assertNotRegex(text, r" in: $|\(, |, \)|,  ")

    def test_looking_does_not_wait_for_the_lock(self):
        self.gated("CREATE TABLE b (id int);")
        self.files({"0_zero.up.sql": "SELECT 1;"})
        self.done("up", "1")
        first, gate = self.held_up("up")
        self.assertEqual(self.done("version").err, "0\n")
        gate.run("COMMIT;")
        finish(first)
        holder = self.session()
        holder.run("SELECT pg_advisory_lock(id) FROM (SELECT DISTINCT objid::bigint AS id FROM pg_locks) x;")
        self.assertEqual(self.done("up").err, "no change\n")

    def test_waiter_does_not_deadlock_with_a_concurrent_index(self):
        self.up_files("CREATE TABLE t (id int);")
        self.done("up")
        for version in range(2, 5):
            self.files({f"{version}_i.up.sql": f"CREATE INDEX CONCURRENTLY t_{version} ON t (id);"})
            blocker = self.session()
            blocker.run("BEGIN; INSERT INTO t VALUES (1);")
            first = self.start("up")
            self.wait_for_query("CREATE INDEX CONCURRENTLY")
            waiters = [self.start("up") for _ in range(2)]
            wait_until(lambda: self.sessions() == 3, "both waiters")
            time.sleep(0.2)

            blocker.run("COMMIT;")

            results = [finish(process) for process in (first, *waiters)]
            blocker.close()
            self.assertEqual([result.code for result in results], [0, 0, 0], results)
            self.assertEqual(self.row(), (version, False))
        self.assertEqual(self.value("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass AND indisvalid"), "3")
        self.assertNotIn("deadlock", self.cluster.log_text())

    def test_eight_processes_on_an_empty_database_run_each_migration_once(self):
        self.up_files("CREATE TABLE seen (n int);", *(f"INSERT INTO seen VALUES ({n});" for n in range(2, 9)),
                      "CREATE INDEX CONCURRENTLY seen_n ON seen (n);")

        results = [finish(process) for process in [self.start("up") for _ in range(8)]]

        self.assertEqual([result.code for result in results], [0] * 8, results)
        steps = [step for result in results for step in result.steps()]
        self.assertEqual(sorted(steps), sorted(f"{n}/u m{n}" for n in range(1, 10)))
        self.assertEqual([int(n) for (n,) in self.sql("SELECT n FROM seen ORDER BY n")], list(range(2, 9)))
        self.assertEqual(self.history("version"), [(str(n),) for n in range(1, 10)])
        self.assertEqual(self.row(), (9, False))

    def test_versions_tables_of_two_names_do_not_exclude_each_other(self):
        self.gated()
        first, gate = self.held_up("up")
        self.done("force", "1", url=self.url(**{"x-migrations-table": "other"}), flags=("-lock-timeout", "1"))
        gate.run("COMMIT;")
        finish(first)

    def test_lock_of_a_killed_process_is_free(self):
        self.gated()
        first, gate = self.held_up("up")
        first.kill()
        first.wait()
        gate.run("COMMIT;")
        self.assertEqual(self.done("up", flags=("-lock-timeout", "10")).err.splitlines()[-1][:6], "1/u m1")
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a", "gate"]))

    def test_lock_that_a_file_gave_away_stops_the_run(self):
        self.up_files("SELECT pg_advisory_unlock_all();\nCREATE TABLE a (id int);",
                      "CREATE TABLE b AS SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory'"
                      " AND pid = pg_backend_pid();")
        result = self.migrate("up")
        if result.code == 0:
            self.assertEqual(self.value("SELECT n FROM b"), "2", "the second file ran without the migration lock")

    def test_table_strategy_excludes_and_keeps_its_row_only_while_running(self):
        self.gated()
        url = self.url("pgx", **{"x-lock-strategy": "table", "x-lock-table": "my lock"})
        first, gate = self.held_up("up", url=url)
        self.assertEqual(self.value('SELECT count(*) FROM "my lock"'), "1")

        result = self.fails("up", url=url, flags=("-lock-timeout", "1"))

        self.assertIn("can't acquire database lock", result.err)
        self.assertIn("my lock", result.err)
        gate.run("COMMIT;")
        self.assertEqual(finish(first).code, 0)
        self.assertEqual(self.value('SELECT count(*) FROM "my lock"'), "0")


if __name__ == "__main__":
    unittest.main()
