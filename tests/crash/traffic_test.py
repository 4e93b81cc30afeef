# SPDX-License-Identifier: MIT
"""A migration in front of a table that is in use: how long the application's queries wait, and when we give up.

The bound that is promised: with n strong locks and a limit of L for each, a query waits at most n * L + 1 s.
"""

import threading
import time
import unittest

from crash import CrashTest
from program import finish
from probe import Client, Probe

GRACE_SECONDS = 1.0
HOLDER = "nightly report"
# How far from its deadline it may give up: a last try may be too short to be made, or begin just before it.
EARLY_SECONDS = 0.5
LATE_SECONDS = 6

ALTER = "ALTER TABLE t ADD COLUMN b int;"


class Traffic(CrashTest):

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE t (id int); CREATE TABLE u (id int); CREATE TABLE v (id int);")

    def hold(self, *tables):
        """A report that reads these tables and then forgets its transaction."""
        client = Client(self.url(application_name=HOLDER))
        self.addCleanup(client.close)
        client.ask("BEGIN")
        for table in tables:
            client.ask(f"SELECT count(*) FROM {table}")
        return client, int(client.ask("SELECT pg_backend_pid()"))

    def probe(self, table="t"):
        return Probe(self.url(application_name="web"), f"SELECT count(*) FROM {table}")

    def well_probed(self, probe, at_most):
        self.assertIsNone(probe.failure)
        self.assertGreater(probe.count, 3)
        self.assertLess(probe.longest, at_most)

    def gives_up(self, retry_for, lock_timeout, **options):
        """`up` fails at its deadline, names who is in the way and changes nothing; traffic hardly waits."""
        _, pid = self.hold("t")
        before = self.schema()
        start = time.monotonic()

        with self.probe() as probe:
            result = self.fails("up", **options)

        # It does not begin a try that could not wait for long.
        self.takes(start, retry_for - EARLY_SECONDS, retry_for + lock_timeout + LATE_SECONDS)
        self.well_probed(probe, lock_timeout + GRACE_SECONDS)
        self.assertRegex(result.err, rf"in the way(?: of an earlier try)?: pid {pid} \(user \S+, 127\.0\.0\.1\),"
                         rf" application {HOLDER}, idle in transaction for \d+m?s: SELECT pg_backend_pid\(\)")
        self.assertIn("55P03", result.err)
        self.assertEqual((self.row(), self.schema()), ("absent", before))
        self.lock_is_free()
        return result

    def test_it_gives_up_at_the_deadline_of_a_flag(self):
        self.up_files(ALTER)
        self.gives_up(3, 0.5, flags=("-retry-for", "3s", "-table-lock-timeout", "500ms"))

    def test_it_gives_up_at_the_deadline_of_the_url(self):
        self.up_files(ALTER)
        self.gives_up(2, 0.5, url=self.url(**{"x-retry-for": "2s", "x-table-lock-timeout": "500ms"}))

    def test_it_gives_up_at_the_deadline_of_the_header(self):
        self.up_files("-- migrate:retry-for 2s\n-- migrate:table-lock-timeout 500ms\n" + ALTER)
        self.gives_up(2, 0.5)

    def test_flag_wins_over_header_and_header_over_url(self):
        self.up_files("-- migrate:retry-for 60s\n-- migrate:table-lock-timeout 500ms\n" + ALTER)
        self.gives_up(2, 0.5, flags=("-retry-for", "2s"), url=self.url(**{"x-table-lock-timeout": "30s"}))

    def test_one_try_without_retries(self):
        self.up_files(ALTER)
        self.gives_up(0, 0.5, flags=("-retry-for", "0", "-table-lock-timeout", "500ms"))

    def test_it_gives_up_in_the_middle_of_a_file_and_says_where_it_stands(self):
        self.up_files("CREATE INDEX CONCURRENTLY t_id ON t (id);\nALTER TABLE u ADD COLUMN b int;")
        holder, pid = self.hold("u")

        with self.probe("u") as probe:
            result = self.fails("up", flags=("-retry-for", "2s", "-table-lock-timeout", "500ms"))

        self.well_probed(probe, 0.5 + GRACE_SECONDS)
        self.assertIn(f"pid {pid}", result.err)
        self.assertEqual(self.golang_version(), "1 (dirty)")
        holder.ask("ROLLBACK")
        self.done("up")
        self.applied_once(1)
        self.assertEqual(self.golang_version(), "1")

    def test_default_limits_give_way_to_traffic_and_get_through(self):
        self.up_files(ALTER)
        holder, pid = self.hold("t")
        release = threading.Timer(6, lambda: holder.ask("COMMIT"))
        release.start()
        self.addCleanup(release.join)

        with self.probe() as probe:
            result = self.done("up")

        # The tries of the first six seconds wait for 3 s at most.
        self.well_probed(probe, 3 + GRACE_SECONDS)
        self.assertIn(f"pid {pid}", result.err)
        self.assertIn(HOLDER, result.err)
        self.assertEqual(self.row(), (1, False))
        self.applied_once(1)

    def test_without_a_limit_traffic_waits_as_long_as_the_migration(self):
        self.up_files(ALTER)
        holder, _ = self.hold("t")
        release = threading.Timer(4, lambda: holder.ask("COMMIT"))
        release.start()
        self.addCleanup(release.join)

        with self.probe() as probe:
            self.done("up", flags=("-table-lock-timeout", "0"))

        # It shows that the probe sees what the other tests deny.
        self.assertGreater(probe.longest, 3)

    def several_locks(self, held_for):
        """A file that locks t, u and v; each is in use until a moment after the file began to wait for it."""
        self.up_files("ALTER TABLE t ADD COLUMN b int;\nALTER TABLE u ADD COLUMN b int;\n"
                      "ALTER TABLE v ADD COLUMN b int;")
        holders = [self.hold(table)[0] for table in ("t", "u", "v")]
        process = self.start("up", flags=("-retry-for", "0", "-table-lock-timeout", "1s"))
        for table, holder, seconds in zip(("t", "u", "v"), holders, held_for):
            self.wait_in(process, "ALTER TABLE", "EXISTS (SELECT FROM pg_locks l WHERE l.pid = pg_stat_activity.pid"
                         f" AND NOT granted AND relation = '{table}'::regclass)")
            if seconds is None:
                break
            time.sleep(seconds)
            holder.ask("COMMIT")
        return process

    def test_bound_of_several_locks_that_are_given(self):
        with self.probe("t") as probe:
            process = self.several_locks((0.6, 0.6, 0.6))
            result = finish(process)
        self.assertEqual(result.code, 0, result.err)
        self.well_probed(probe, 3 * 1.0 + GRACE_SECONDS)
        self.assertGreater(probe.longest, 1.2)
        self.applied_once(1)

    def test_bound_of_several_locks_of_which_the_last_is_not_given(self):
        before = self.schema()
        with self.probe("t") as probe:
            result = finish(self.several_locks((0.6, 0.6, None)))
        self.assertEqual(result.code, 1, result.err)
        self.well_probed(probe, 3 * 1.0 + GRACE_SECONDS)
        self.assertGreater(probe.longest, 1.2)
        self.assertEqual((self.row(), self.schema()), ("absent", before))

    def test_limit_that_the_url_sets_is_kept(self):
        self.up_files(ALTER)
        self.gives_up(0, 0.7, flags=("-retry-for", "0"), url=self.url(options="-c lock_timeout=700"))

    def test_concurrent_index_stands_in_nobodys_way(self):
        self.up_files("CREATE INDEX CONCURRENTLY t_id ON t (id);")
        holder = self.session()
        holder.run("BEGIN; INSERT INTO t VALUES (1);")
        with self.probe() as probe:
            process = self.start("up", flags=("-table-lock-timeout", "300ms"))
            self.wait_in(process, "CONCURRENTLY", "wait_event_type = 'Lock'")
            time.sleep(1.5)
            self.assertIsNone(process.poll())
            holder.run("COMMIT;")
            self.assertEqual(finish(process).code, 0)
        self.well_probed(probe, GRACE_SECONDS)
        self.no_invalid_index()


if __name__ == "__main__":
    unittest.main()
