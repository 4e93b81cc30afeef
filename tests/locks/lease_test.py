# SPDX-License-Identifier: MIT
"""The lock table: a row that golang-migrate knows, and a lease that tells a crashed owner from a slow one."""

import os
import pathlib
import signal
import sys
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "database"))

from engine import EngineTest  # noqa: E402
from program import finish, wait_until  # noqa: E402

LEASE_SECONDS = 5
TABLE = {"x-lock-strategy": "table", "x-lock-lease": f"{LEASE_SECONDS}s"}
STRICT = ("-lock-timeout", "1")

# Runs until the test opens the gate; a minute is the bound if the test dies. The second statement is what a
# lost lock must undo.
GATED = """DO $$
BEGIN
    FOR i IN 1..3000 LOOP
        EXIT WHEN EXISTS (SELECT FROM gate);
        PERFORM pg_sleep(0.02);
    END LOOP;
END
$$;
INSERT INTO seen VALUES ({});"""


class Lease(EngineTest):

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE gate (); CREATE TABLE seen (n int);")

    def table_url(self, scheme="pgx", user="postgres", **params):
        return self.url(scheme, user, **{**TABLE, **params})

    def gated(self, **options):
        """Starts a command that is inside its first migration."""
        before = self.inside()
        process = self.start("up", **{"url": self.table_url(), **options})
        wait_until(lambda: self.inside() == before + 1, "the command runs migration 1")
        return process

    def inside(self):
        return int(self.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                              " AND pid <> pg_backend_pid() AND query LIKE '%FROM gate%' AND state = 'active'"))

    def open_gate(self):
        self.sql("INSERT INTO gate DEFAULT VALUES;")

    def seen(self):
        return [int(n) for (n,) in self.sql("SELECT n FROM seen ORDER BY 1")]

    def lease(self, column):
        return self.value(f"SELECT {column} FROM schema_lock_lease")

    def token(self):
        return self.lease("token")

    def is_expired(self):
        return self.lease("expires_at < clock_timestamp()") == "t"

    def end_lease(self):
        """As if nothing had been heard of the owner for long; it must be dead or stopped."""
        self.sql("UPDATE schema_lock_lease SET expires_at = clock_timestamp() - interval '1 second';")

    def assert_refused(self, *words, url=None):
        result = self.fails("up", url=url or self.table_url(), flags=STRICT)
        self.assertIn("can't acquire database lock", result.err)
        for word in words:
            self.assertIn(word, result.err)

    def assert_free(self):
        self.assertEqual(self.sql("SELECT * FROM schema_lock"), [])
        self.assertEqual(self.sql("SELECT * FROM schema_lock_lease"), [])

    def advisory_locks(self):
        return len(self.sql("SELECT objid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                            " WHERE locktype = 'advisory' AND datname = current_database()"))

    def test_schemes_of_the_pgx_driver_take_the_row_alone_and_others_the_ids_too(self):
        self.up_files(GATED.format(1))
        for scheme, ids in (("pgx", 0), ("pgx4", 0), ("postgres", 2), ("postgresql", 2), ("pgx5", 2)):
            with self.subTest(scheme=scheme):
                self.sql("DROP TABLE IF EXISTS schema_migrations, schema_migrations_history; TRUNCATE gate, seen;")
                process = self.gated(url=self.table_url(scheme))
                self.assertEqual(self.advisory_locks(), ids)
                self.assertEqual(self.value("SELECT count(*) FROM schema_lock"), "1")
                self.assert_refused("heartbeat" if ids == 0 else "pid", url=self.table_url(scheme))
                self.open_gate()
                self.assertEqual(finish(process).code, 0)
                self.assert_free()
                self.assertEqual((self.advisory_locks(), self.seen()), (0, [1]))

    def test_row_stays_as_golang_migrate_knows_it(self):
        self.up_files(GATED.format(1))
        process = self.gated()
        self.assertEqual(self.sql("SELECT attname, atttypid::regtype::text FROM pg_attribute"
                                  " WHERE attrelid = 'schema_lock'::regclass AND attnum > 0"), [("lock_id", "bigint")])
        self.open_gate()
        finish(process)

    def test_row_without_a_lease_is_waited_for_and_never_cleared(self):
        self.up_files("CREATE TABLE a (id int);")
        self.sql(f"CREATE TABLE schema_lock (lock_id bigint PRIMARY KEY); INSERT INTO schema_lock VALUES ({self.lock_id()});")
        self.assert_refused("a row in schema_lock that is not ours", f"WHERE lock_id = {self.lock_id()}")
        waiter = self.start("up", url=self.table_url())
        time.sleep(1)
        self.assertIsNone(waiter.poll())
        self.sql(f"DELETE FROM schema_lock WHERE lock_id = {self.lock_id()};")
        self.assertEqual(finish(waiter).steps(), ["1/u m1"])
        self.assert_free()

    def lock_id(self):
        """golang-migrate's recipe: of the database's name as the URL has it."""
        return zlib.crc32(f"/{self.database}".encode()) * 1486364155 % 2**32

    def test_lease_of_before_does_not_make_a_strangers_row_ours(self):
        self.up_files(GATED.format(1))
        process = self.gated()
        process.kill()
        process.wait()
        row = self.value("SELECT lock_id FROM schema_lock")
        self.sql(f"DELETE FROM schema_lock; INSERT INTO schema_lock VALUES ({row});")
        self.open_gate()
        self.end_lease()
        self.assert_refused("that is not ours")

    def test_heartbeat_renews_the_lease_while_a_statement_runs(self):
        self.up_files(GATED.format(1))
        process = self.gated()
        first = self.lease("expires_at")
        time.sleep(LEASE_SECONDS + 2)
        self.assertFalse(self.is_expired())
        self.assertGreater(self.lease("expires_at"), first)
        self.open_gate()
        self.assertEqual(finish(process).code, 0)
        self.assert_free()

    def test_serializable_file_may_last_longer_than_a_lease(self):
        self.up_files("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSELECT count(*) FROM seen;\n"
                      f"SELECT pg_sleep({LEASE_SECONDS + 1});\nINSERT INTO seen VALUES (1);")
        self.done("up", url=self.table_url())
        self.assertEqual(self.seen(), [1])

    def test_killed_owner_is_followed_when_its_lease_ran_out_and_not_before(self):
        self.up_files(GATED.format(1))
        process = self.gated()
        process.kill()
        process.wait()
        self.open_gate()  # its server session ends now
        self.assert_refused("heartbeat")
        self.assertFalse(self.is_expired(), "the machine was too slow: nothing is shown")

        result = self.done("up", url=self.table_url(), flags=("-lock-timeout", "30"))

        self.assertEqual((result.steps(), self.seen()), (["1/u m1"], [1]))
        self.assert_free()

    def test_row_of_a_killed_owner_stays_while_there_is_nothing_to_do(self):
        self.up_files("SELECT 1;")
        self.done("up", url=self.table_url())
        self.up_files("SELECT 1;", GATED.format(2))
        process = self.gated()
        process.kill()
        process.wait()
        self.open_gate()
        self.end_lease()
        (self.folder / "2_m2.up.sql").unlink()

        self.assertEqual(self.done("up", url=self.table_url()).err, "no change\n")

        self.assertEqual(self.value("SELECT count(*) FROM schema_lock"), "1")

    def test_killed_owner_is_not_followed_while_its_server_session_works_on(self):
        self.up_files(GATED.format(1))
        process = self.gated(flags=("-client-check-interval", "0"))
        process.kill()
        process.wait()
        self.end_lease()
        token = self.token()
        self.assert_refused("its session with the server is still there")
        waiter = self.start("up", url=self.table_url())
        time.sleep(1)
        self.assertEqual((waiter.poll(), self.token()), (None, token))

        self.open_gate()

        self.assertEqual(finish(waiter).steps(), ["1/u m1"])
        self.assertEqual(self.seen(), [1])

    def test_silent_owner_with_a_live_session_keeps_the_lock_and_finishes(self):
        self.up_files(GATED.format(1))
        process = self.gated()
        os.kill(process.pid, signal.SIGSTOP)
        self.end_lease()
        token = self.token()
        self.assert_refused("its session with the server is still there")
        self.open_gate()
        self.assert_refused("its session with the server is still there")  # idle in its transaction now
        self.assertEqual(self.token(), token)

        os.kill(process.pid, signal.SIGCONT)

        result = finish(process)
        self.assertEqual((result.code, result.steps(), self.seen()), (0, ["1/u m1"], [1]), result.err)
        self.assertEqual(self.done("up", url=self.table_url()).err, "no change\n")

    def test_session_that_may_not_be_seen_counts_as_alive(self):
        self.sql("CREATE ROLE plain LOGIN;")
        self.addCleanup(self.cluster.sql, "postgres", "DROP OWNED BY plain; DROP ROLE plain;")
        self.addCleanup(self.sql, "DROP OWNED BY plain;")
        self.up_files(GATED.format(1))
        process = self.gated()
        self.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO plain; GRANT ALL ON SCHEMA public TO plain;")
        os.kill(process.pid, signal.SIGSTOP)
        self.end_lease()
        self.assert_refused("may not see", "DELETE FROM", url=self.table_url(user="plain"))
        os.kill(process.pid, signal.SIGCONT)
        self.open_gate()
        self.assertEqual(finish(process).code, 0)

    def overtaken(self, *files):
        """An owner that was stopped inside its second migration, and a second one that took the lock over."""
        self.files({"0_base.up.sql": "CREATE TABLE base ();"})
        self.done("up", url=self.table_url())
        self.up_files(GATED.format(1), *files)
        first = self.gated()
        os.kill(first.pid, signal.SIGSTOP)
        # What a takeover can't know: the session is there, but the lease says it is another one.
        self.sql("UPDATE schema_lock_lease SET session = '1 1';")
        self.end_lease()
        token = self.token()
        second = self.start("up", url=self.table_url())
        wait_until(lambda: self.token() != token, "the takeover")
        return first, second

    def assert_fenced(self, first):
        os.kill(first.pid, signal.SIGCONT)
        result = finish(first)
        self.assertEqual((result.code, result.steps()), (1, []), result.err)
        self.assertIn("lost the migration lock", result.err)
        self.assertIn("nothing of this file was applied", result.err)

    def test_owner_that_comes_back_after_a_takeover_fails_and_changes_nothing(self):
        first, second = self.overtaken()
        self.open_gate()
        result = finish(second)
        self.assertEqual((result.code, result.steps()), (0, ["1/u m1"]), result.err)
        self.assert_fenced(first)
        self.assertEqual((self.seen(), self.row()), ([1], (1, False)))

    def test_owner_that_comes_back_while_the_next_one_is_at_work_fails_and_leaves_it_the_lock(self):
        first, second = self.overtaken("SELECT pg_sleep(2);\nINSERT INTO seen VALUES (2);")
        self.open_gate()
        self.wait_for_query("pg_sleep\\(2\\)")
        self.assert_fenced(first)
        self.assertEqual(self.value("SELECT count(*) FROM schema_lock"), "1")
        result = finish(second)
        self.assertEqual((result.code, result.steps()), (0, ["1/u m1", "2/u m2"]), result.err)
        self.assertEqual((self.seen(), self.row()), ([1, 2], (2, False)))
        self.assert_free()

    def test_takeover_waits_for_a_commit_under_way(self):
        self.up_files(GATED.format(1))
        first = self.gated()
        row = self.value("SELECT lock_id FROM schema_lock")
        self.sql("UPDATE schema_lock_lease SET session = '1 1', expires_at = now() - interval '1 hour';")
        guard = self.session()
        guard.run(f"BEGIN; SELECT 1 FROM schema_lock WHERE lock_id = {row} FOR SHARE;")
        token = self.token()
        waiter = self.start("up", url=self.table_url())
        time.sleep(1)
        self.assertEqual(self.token(), token)
        guard.run("COMMIT;")
        wait_until(lambda: self.token() != token, "the takeover")
        self.open_gate()
        self.assertEqual(finish(waiter).code, 0)
        finish(first)

    def test_row_that_was_cleared_by_hand_under_an_owner_at_work_fails_its_step(self):
        self.up_files(GATED.format(1))
        process = self.gated(url=self.table_url("postgres"))
        row = self.value("SELECT lock_id FROM schema_lock")
        self.sql(f"DELETE FROM schema_lock; INSERT INTO schema_lock VALUES ({row});")  # as golang-migrate then would
        self.open_gate()
        result = finish(process)
        self.assertEqual(result.code, 1, result.err)
        self.assertIn("lost the migration lock", result.err)
        self.assertEqual((self.seen(), self.row()), ([], "absent"))
        self.assertEqual(self.value("SELECT count(*) FROM schema_lock"), "1", "a stranger's row was removed")

    def test_lost_advisory_ids_fail_the_step_too(self):
        self.up_files("SELECT pg_advisory_unlock_all();\nINSERT INTO seen VALUES (1);")
        result = self.fails("up", url=self.table_url("postgres"))
        self.assertIn("lost the migration lock", result.err)
        self.assertEqual((self.seen(), self.row()), ([], "absent"))
        self.assert_free()

    def test_role_that_a_file_leaves_behind_hinders_neither_guard_nor_unlock(self):
        self.sql("CREATE ROLE weak; GRANT INSERT ON seen TO weak;")
        self.addCleanup(self.cluster.sql, "postgres", "DROP ROLE weak;")
        self.addCleanup(self.sql, "DROP OWNED BY weak;")
        self.up_files("INSERT INTO seen VALUES (1);\nSET ROLE weak;\nINSERT INTO seen VALUES (2);",
                      "RESET ROLE;\nCREATE INDEX CONCURRENTLY seen_n ON seen (n);\nSET ROLE weak;")
        for scheme in ("pgx", "postgres"):
            with self.subTest(scheme=scheme):
                self.done("up", "1", url=self.table_url(scheme))
                self.assert_free()
                self.done("up", url=self.table_url(scheme, **{"x-multi-statement": "true"}))
                self.assert_free()
                self.assertEqual(self.row(), (2, False))
                self.sql("DROP TABLE schema_migrations, schema_migrations_history; DROP INDEX seen_n;")

    def test_names_that_are_too_long_for_the_lease_are_cut(self):
        self.up_files("CREATE TABLE names AS SELECT relname::text FROM pg_class WHERE relname ~ '_lease$';")
        for name, expected in (("l" * 57, "l" * 57 + "_lease"), ("m" * 63, "m" * 48 + "_[0-9a-f]{8}_lease"),
                               ("é" * 31, "é" * 24 + "_[0-9a-f]{8}_lease")):
            with self.subTest(name=name):
                self.sql("DROP TABLE IF EXISTS names, schema_migrations, schema_migrations_history;")
                self.done("up", url=self.table_url(**{"x-lock-table": name}))
                self.assertEqual(self.value(f"SELECT count(*) FROM names WHERE relname ~ '^{expected}$'"), "1")

    def test_strangers_lock_on_the_lock_table_is_waited_for_no_longer_than_asked(self):
        self.up_files("SELECT 1;", "SELECT 2;")
        self.done("up", "1", url=self.table_url())
        stranger = self.session()
        stranger.run("BEGIN; LOCK TABLE schema_lock IN ACCESS EXCLUSIVE MODE;")

        start = time.monotonic()
        self.assert_refused("application psql")

        self.assertLess(time.monotonic() - start, 10)
        self.assertEqual(self.value("SELECT version FROM schema_migrations"), "1")

    def test_bad_length_of_a_lease_is_refused(self):
        self.up_files("CREATE TABLE a (id int);")
        for text in ("4999ms", "61m", "5", "soon", "-5s"):
            with self.subTest(text=text):
                self.assertIn("x-lock-lease", self.fails("up", url=self.table_url(**{"x-lock-lease": text})).err)

    def test_twelve_processes_run_each_migration_once(self):
        self.up_files(*(f"INSERT INTO seen VALUES ({n});" for n in range(1, 9)),
                      "CREATE INDEX CONCURRENTLY seen_n ON seen (n);")
        schemes = ["pgx", "postgres", "pgx5"] * 4
        results = [finish(process) for process in [self.start("up", url=self.table_url(scheme)) for scheme in schemes]]
        self.assertEqual([result.code for result in results], [0] * 12, results)
        self.assertEqual((self.seen(), self.row()), (list(range(1, 9)), (9, False)))
        self.assert_free()
        self.assertNotIn("deadlock", self.cluster.log_text())

    def test_drop_takes_the_lock_tables_too_and_the_waiters_go_on(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up", url=self.table_url())
        self.done("drop", "-f", url=self.table_url())
        self.assertEqual(self.tables(), [])
        self.done("up", url=self.table_url())
        self.assertEqual((self.row(), self.advisory_locks()), ((1, False), 0))


if __name__ == "__main__":
    unittest.main()
