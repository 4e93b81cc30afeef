# SPDX-License-Identifier: MIT
"""Behind a connection pooler: right or refused, never wrong."""

import concurrent.futures
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "database"))

from engine import ROOT, EngineTest  # noqa: E402
from program import finish, wait_until  # noqa: E402

sys.path.insert(0, str(ROOT / "tests" / "support"))

from pgbouncer import PgBouncer  # noqa: E402

TABLE = {"x-lock-strategy": "table"}
REFUSAL = "a connection pooler in transaction mode"


class Pooler(EngineTest):

    def pooler(self, pool_mode, pool_size=20, **settings):
        pooler = PgBouncer(self.cluster, pool_mode, pool_size, **settings)
        pooler.__enter__()
        self.addCleanup(pooler.close)
        return pooler

    def through(self, pooler, scheme="postgres", **params):
        return pooler.url(self.database, **params).replace("postgres:", f"{scheme}:", 1)

    def many_files(self):
        """40 files in transactions, then one that can't be in one, and one after it."""
        self.up_files("CREATE TABLE seen (n int);", *(f"INSERT INTO seen VALUES ({n});" for n in range(2, 41)),
                      "CREATE INDEX CONCURRENTLY seen_n ON seen (n);", "INSERT INTO seen VALUES (42);")
        return 42

    def assert_all_there(self, last):
        self.assertEqual(self.row(), (last, False))
        self.assertEqual(self.history("version"), [(str(n),) for n in range(1, last + 1)])
        self.assertEqual([int(n) for (n,) in self.sql("SELECT n FROM seen ORDER BY n")], [*range(2, 41), 42])
        self.assertEqual(self.value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'seen_n'::regclass"), "t")

    def advisory_locks(self):
        return self.sql("SELECT objid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                        " WHERE locktype = 'advisory' AND datname = current_database()")

    def everything(self):
        """All relations of the database that somebody made, and all rows of ours."""
        return self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1")

    def test_transaction_mode_is_refused_and_nothing_changes(self):
        self.many_files()
        for pool_size in (1, 20):
            pooler = self.pooler("transaction", pool_size)
            for scheme in ("postgres", "pgx5"):
                for arguments in (("up",), ("force", "3"), ("drop", "-f")):
                    with self.subTest(pool_size=pool_size, scheme=scheme, arguments=arguments):
                        result = self.fails(*arguments, url=self.through(pooler, scheme))

                        self.assertIn(REFUSAL, result.err)
                        self.assertIn("nothing was changed", result.err)
                        self.assertIn("x-lock-strategy=table", result.err)
                        self.assertEqual(self.everything(), [])
                        self.assertEqual(self.advisory_locks(), [])

    def grow(self, pooler, server_sessions):
        """Makes the pool hold this many idle server sessions."""
        place = ["-p", str(pooler.port), "-h", "127.0.0.1", "-c", "SELECT pg_sleep(0.7)"]
        with concurrent.futures.ThreadPoolExecutor(server_sessions) as pool:
            for done in pool.map(lambda _: self.cluster.psql(self.database, place), range(server_sessions)):
                self.assertEqual(done.returncode, 0, done.stderr)
        idle = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(0.7)' AND state = 'idle'"
        self.assertEqual(int(self.value(idle)), server_sessions)

    def test_transaction_mode_is_recognised_whichever_session_a_pool_hands_out(self):
        self.up_files("CREATE TABLE a (id int);")
        for round_robin in (0, 1):
            for server_sessions in (1, 2, 9):
                with self.subTest(round_robin=round_robin, server_sessions=server_sessions):
                    pooler = self.pooler("transaction", server_round_robin=round_robin)
                    self.grow(pooler, server_sessions)
                    self.assertIn(REFUSAL, self.fails("up", url=self.through(pooler)).err)
                    pooler.close()
        self.assertEqual(self.everything(), [])

    def test_statement_mode_is_refused(self):
        self.up_files("CREATE TABLE a (id int);")
        pooler = self.pooler("statement")
        for params in ({}, TABLE):
            result = self.fails("up", url=self.through(pooler, **params))
            self.assertIn("connection pooler", result.err)
        self.assertEqual(self.everything(), [])

    def test_looking_needs_no_lock_and_works_in_every_mode(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        for pool_mode in ("transaction", "session"):
            pooler = self.pooler(pool_mode)
            self.assertEqual(self.done("version", url=self.through(pooler)).err, "1\n")
            self.assertEqual(self.done("up", url=self.through(pooler)).err, "no change\n")

    def test_session_mode_works(self):
        last = self.many_files()
        pooler = self.pooler("session")
        self.done("up", url=self.through(pooler))
        self.assert_all_there(last)
        self.assertEqual(self.advisory_locks(), [])

    def test_session_mode_with_one_server_session_works(self):
        last = self.many_files()
        pooler = self.pooler("session", 1)
        for params in ({}, TABLE):
            with self.subTest(params=params):
                self.done("up", url=self.through(pooler, **params))
                self.assert_all_there(last)
                self.done("drop", "-f", url=self.through(pooler, **params))

    def test_session_mode_keeps_the_advisory_ids(self):
        self.sql("CREATE TABLE gate ();")
        self.up_files("-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nCREATE TABLE a (id int);")
        pooler = self.pooler("session")
        gate = self.session()
        gate.run("BEGIN; LOCK TABLE gate;")
        first = self.start("up", url=self.through(pooler))
        self.wait_for_query("LOCK TABLE gate", "wait_event_type = 'Lock'")
        self.assertEqual(len(self.advisory_locks()), 2)
        for url in (self.url(), self.through(pooler)):
            self.assertIn("can't acquire", self.fails("up", url=url, flags=("-lock-timeout", "1")).err)
        gate.run("COMMIT;")
        self.assertEqual(finish(first).code, 0)

    def test_transaction_mode_works_with_the_lock_table(self):
        last = self.many_files()
        for scheme in ("pgx", "postgres", "pgx5"):
            for pool_size in (1, 20):
                with self.subTest(scheme=scheme, pool_size=pool_size):
                    pooler = self.pooler("transaction", pool_size)

                    result = self.done("-verbose", "up", url=self.through(pooler, scheme, **TABLE))

                    self.assert_all_there(last)
                    self.assertIn("WARNING: a connection pooler in transaction mode", result.err)
                    self.assertEqual(self.advisory_locks(), [])
                    self.assertEqual(self.sql("SELECT * FROM schema_lock"), [])
                    self.assertEqual(self.sql("SELECT * FROM schema_lock_lease"), [])
                    self.done("drop", "-f", url=self.through(pooler, scheme, **TABLE))
                    self.assertEqual(self.everything(), [])

    def test_two_processes_behind_transaction_mode_exclude_each_other(self):
        self.sql("CREATE TABLE gate ();")
        self.up_files("-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nCREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        pooler = self.pooler("transaction")
        url = self.through(pooler, **TABLE)
        gate = self.session()
        gate.run("BEGIN; LOCK TABLE gate;")
        first = self.start("up", url=url)
        self.wait_for_query("LOCK TABLE gate", "wait_event_type = 'Lock'")

        result = self.fails("up", url=url, flags=("-lock-timeout", "1"))
        direct = self.fails("up", url=self.url(**TABLE), flags=("-lock-timeout", "1"))

        for failed in (result, direct):
            self.assertIn("can't acquire database lock", failed.err)
            self.assertIn("heartbeat", failed.err)
        second = self.start("up", url=url)
        time.sleep(0.5)
        self.assertIsNone(second.poll())
        gate.run("COMMIT;")
        self.assertEqual(finish(first).steps(), ["1/u m1", "2/u m2"])
        result = finish(second)
        self.assertEqual((result.code, result.steps()), (0, []), result.err)

    def test_eight_processes_behind_transaction_mode_run_each_migration_once(self):
        last = self.many_files()
        for pool_size in (1, 2, 20):
            with self.subTest(pool_size=pool_size):
                pooler = self.pooler("transaction", pool_size)
                url = self.through(pooler, **TABLE)

                results = [finish(process) for process in [self.start("up", url=url) for _ in range(8)]]

                self.assertEqual([result.code for result in results], [0] * 8, results)
                self.assertEqual(sum(len(result.steps()) for result in results), last)
                self.assert_all_there(last)
                self.done("drop", "-f", url=url)

    def test_nothing_of_ours_stays_in_shared_sessions(self):
        self.many_files()
        pooler = self.pooler("transaction", 1)
        query = ("SELECT name, setting FROM pg_settings WHERE source = 'session' AND name <> 'application_name'"
                 " ORDER BY 1")
        psql = ["-X", "-q", "-A", "-t", "-c", query]
        before = self.cluster.psql(self.database, ["-p", str(pooler.port), "-h", "127.0.0.1", *psql])
        self.done("up", url=self.through(pooler, **TABLE))
        after = self.cluster.psql(self.database, ["-p", str(pooler.port), "-h", "127.0.0.1", *psql])
        self.assertEqual((before.returncode, after.returncode), (0, 0), before.stderr + after.stderr)
        self.assertEqual(after.stdout, before.stdout)

    def test_settings_of_the_url_that_the_pooler_drops_are_refused(self):
        self.sql("CREATE SCHEMA app;")
        self.up_files("CREATE TABLE a (id int);")
        for pool_mode, params in (("session", {}), ("session", TABLE), ("transaction", TABLE)):
            with self.subTest(pool_mode=pool_mode, params=params):
                pooler = self.pooler(pool_mode, ignore_startup_parameters="options")
                result = self.fails("up", url=self.through(pooler, search_path="app", **params))
                self.assertIn("drops the setting search_path", result.err)
                self.assertEqual(self.everything(), [])

    def test_a_killed_owner_behind_transaction_mode_is_followed_after_its_lease(self):
        self.sql("CREATE TABLE gate ();")
        self.up_files("-- migrate:table-lock-timeout 0\nLOCK TABLE gate;\nCREATE TABLE a (id int);")
        url = self.through(self.pooler("transaction"), **TABLE, **{"x-lock-lease": "5s"})
        gate = self.session()
        gate.run("BEGIN; LOCK TABLE gate;")
        first = self.start("up", url=url)
        self.wait_for_query("LOCK TABLE gate", "wait_event_type = 'Lock'")
        first.kill()
        first.wait()
        gate.run("COMMIT;")
        started = time.monotonic()
        self.assertEqual(self.done("up", url=url, flags=("-lock-timeout", "30")).steps(), ["1/u m1"])
        self.assertGreater(time.monotonic() - started, 2)
        wait_until(lambda: self.sql("SELECT * FROM schema_lock") == [], "the row is gone")


if __name__ == "__main__":
    unittest.main()
