# SPDX-License-Identifier: MIT
"""Many replicas of Aether's server: all at once on an empty database, and a rolling deploy."""

import unittest

from serving import Database, MigratedDatabase, ServerTest, folder_with, wait_until

REPLICAS = 20
EVENTS = "SELECT version, event FROM schema_migrations_history ORDER BY id"


class FleetTest(ServerTest):
    def test_twenty_replicas_at_once_come_up_and_migrate_once(self):
        database = Database()

        replicas = [self.server(database.url).start() for _ in range(REPLICAS)]
        for replica in replicas:
            replica.wait_for("serving")

        self.assertEqual([replica.ask("/ready").status for replica in replicas], [200] * REPLICAS)
        self.assertEqual(database.sql(EVENTS), [(str(number), "applied") for number in range(1, 43)])
        self.assertEqual([replica.stop() for replica in replicas], [0] * REPLICAS)

    def test_a_rolling_deploy_crashes_nobody_and_serves_nobody_too_early(self):
        database = MigratedDatabase()
        # The index waits for every transaction that is open; until then the row shows (43, dirty).
        folder = folder_with("CREATE INDEX CONCURRENTLY idx_agents_more ON agents (name);\n",
                             "DROP INDEX IF EXISTS idx_agents_more;\n")
        old = [self.server(database.url).serve() for _ in range(3)]
        traffic = database.cluster.session(database.name)
        self.addCleanup(traffic.close)
        traffic.run("BEGIN; LOCK TABLE agents IN ROW EXCLUSIVE MODE;")

        new = [self.server(database.url, MIGRATIONS_PATH=folder).start() for _ in range(3)]
        wait_until(lambda: database.version() == (43, True), "the 43rd migration runs")
        self.assertEqual(old[0].stop(), 0)
        old[0].start().wait_for("starting")
        for replica in new:
            wait_until(lambda: replica.ask("/health").status == 200, "a life sign")
            self.assertEqual(replica.ask("/ready").status, 503)
            self.assertEqual(replica.ask("/schema").status, 503)
        for replica in old[1:]:
            self.assertEqual(replica.ask("/ready").status, 200, replica.log_text())
        traffic.run("COMMIT;")

        for replica in [*old, *new]:
            replica.wait_for("serving")
            wait_until(replica.is_ready, replica.log_text)
            self.assertEqual(replica.ask("/schema").json["version"], 43)
        self.assertEqual(old[1].stop(), 0)
        old[1].serve()
        self.assertTrue(old[1].is_ready())
        self.assertEqual(len(old[1].records("warning")), 1)
        self.assertEqual(database.sql(EVENTS + " DESC LIMIT 2"), [("43", "applied"), ("42", "applied")])

    def test_old_replicas_serve_on_when_the_new_build_fails(self):
        database = MigratedDatabase()
        old = self.server(database.url).serve()
        new = self.server(database.url, MIGRATIONS_PATH=folder_with("CREATE TABLE more ();\nSELECT 1 / 0;\n"))

        self.assert_refused(new, "division by zero")

        self.assertTrue(old.is_ready())
        self.assertEqual(database.version(), (42, False))
        self.assertEqual(old.stop(), 0)
        self.assertTrue(old.serve().is_ready())


if __name__ == "__main__":
    unittest.main()
