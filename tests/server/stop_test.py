# SPDX-License-Identifier: MIT
"""SIGTERM and SIGINT in every phase of Aether's server."""

import concurrent.futures
import signal
import unittest

from serving import MigratedDatabase, ServerTest, folder_with, wait_until

SLOW = "CREATE TABLE more ();\nSELECT pg_sleep(60);\n"


class StopTest(ServerTest):
    def test_while_it_serves_requests_are_answered_first(self):
        database = MigratedDatabase()
        made = self.server(database.url).serve()
        holder = database.cluster.session(database.name)
        self.addCleanup(holder.close)
        holder.run("BEGIN; LOCK TABLE schema_migrations;")

        with concurrent.futures.ThreadPoolExecutor() as pool:
            asked = pool.submit(made.ask, "/schema")
            wait_until(lambda: database.sql("SELECT pid FROM pg_locks WHERE NOT granted"), "the request waits")
            made.process.send_signal(signal.SIGTERM)
            made.wait_for("stopping")
            holder.run("COMMIT;")

            self.assertEqual(asked.result(30).status, 200)
        self.assertEqual(made.end(), 0)
        self.assertEqual(made.records()[-1]["event"], "ended")

    def test_interrupting_it_while_it_serves_is_a_good_end(self):
        made = self.server(MigratedDatabase().url).serve()

        self.assertEqual(made.stop(signal.SIGINT), 0)

    def test_while_it_waits_for_the_database(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            made = self.server("postgres://nobody@127.0.0.1:1/none").start()
            made.wait_for("waiting_for_database")

            self.assertEqual(made.stop(number), code)

    def test_while_a_migration_runs_it_is_rolled_back(self):
        database = MigratedDatabase()
        made = self.server(database.url, MIGRATIONS_PATH=folder_with(SLOW)).start()
        wait_until(lambda: database.sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "the file runs")

        self.assertEqual(made.stop(), 143, made.log_text())

        self.assertEqual(database.version(), (42, False))
        self.assertEqual(database.sql("SELECT to_regclass('more')"), [(None,)])

    def test_while_it_waits_for_another_that_migrates(self):
        database = MigratedDatabase()
        folder = folder_with(SLOW)
        first = self.server(database.url, MIGRATIONS_PATH=folder).start()
        wait_until(lambda: database.sql("SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "the file runs")
        second = self.server(database.url, MIGRATIONS_PATH=folder).start()
        second.wait_for("waiting_for_lock")

        self.assertEqual(second.stop(), 143)

        self.assertIsNone(first.process.poll())
        self.assertEqual(first.stop(), 143)


if __name__ == "__main__":
    unittest.main()
