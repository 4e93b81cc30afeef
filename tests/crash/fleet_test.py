# SPDX-License-Identifier: MIT
"""Twenty replicas start at once, as a fleet does: each migration runs once, and nobody fails."""

import time
import unittest

from crash import LONG, CrashTest, reported
from program import finish

FLEET = 20
LONG_MIGRATION_SECONDS = 40 if LONG else 5
ROUNDS = 50 if LONG else 5
# Twenty programs start at once on a machine with two cores.
END_SECONDS = 120


class Fleet(CrashTest):

    def fleet(self, *arguments):
        """Starts the program twenty times and returns how each ended."""
        processes = [self.start(*arguments) for _ in range(FLEET)]
        return [finish(process, seconds=LONG_MIGRATION_SECONDS + END_SECONDS) for process in processes]

    def all_well(self, results):
        said = "\n".join(f"exit {result.code}: {result.err}" for result in results if result.code != 0)
        self.assertEqual([result.code for result in results], [0] * FLEET, said)
        self.assertNotIn("deadlock detected", self.cluster.log_text())

    def ran_once(self, results, names):
        """Among all of the fleet, each of these migrations was reported by exactly one."""
        steps = [step for result in results for step in reported(result)]
        self.assertEqual(sorted(steps), sorted(names))

    def test_twenty_processes_wait_behind_one_long_migration(self):
        self.up_files(f"CREATE TABLE a (id int);\nSELECT pg_sleep({LONG_MIGRATION_SECONDS});")
        start = time.monotonic()

        results = self.fleet("up")

        self.takes(start, LONG_MIGRATION_SECONDS, LONG_MIGRATION_SECONDS + END_SECONDS)
        self.all_well(results)
        self.ran_once(results, ["1/u m1"])
        self.assertEqual(self.row(), (1, False))
        self.applied_once(1)

    def test_twenty_processes_wait_behind_one_long_concurrent_index(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        writer = self.session()
        writer.run("BEGIN; INSERT INTO a VALUES (1);")
        self.files({"2_m2.up.sql": "CREATE INDEX CONCURRENTLY a_id ON a (id);"})
        processes = [self.start("up") for _ in range(FLEET)]
        self.wait_for_query("CREATE INDEX CONCURRENTLY")
        # Longer than deadlock_timeout, after which a server looks for a cycle of waits.
        time.sleep(LONG_MIGRATION_SECONDS / 2)

        writer.run("COMMIT;")

        results = [finish(process, seconds=END_SECONDS) for process in processes]
        self.all_well(results)
        self.ran_once(results, ["2/u m2"])
        self.no_invalid_index()
        self.applied_once(1, 2)

    def test_twenty_processes_start_at_once(self):
        for number in range(ROUNDS):
            with self.subTest(round=number):
                self.one_round(number)

    def one_round(self, number):
        schema = f"s{number}"
        self.sql(f"CREATE SCHEMA {schema}; DROP TABLE IF EXISTS schema_migrations, schema_migrations_history,"
                 " schema_migrations_journal;")
        bodies = [f"CREATE TABLE {schema}.a (id int);\nCREATE TABLE {schema}.ran (version int);",
                  f"INSERT INTO {schema}.a SELECT generate_series(1, 5000);\nINSERT INTO {schema}.ran VALUES (2);",
                  f"CREATE INDEX CONCURRENTLY a_id ON {schema}.a (id);",
                  f"ALTER TABLE {schema}.a ADD COLUMN b int;\nINSERT INTO {schema}.ran VALUES (4);",
                  f"INSERT INTO {schema}.ran VALUES (5);\nCREATE UNIQUE INDEX CONCURRENTLY a_key ON {schema}.a (id);\n"
                  f"INSERT INTO {schema}.ran VALUES (55);",
                  f"DROP INDEX CONCURRENTLY {schema}.a_id;",
                  f"INSERT INTO {schema}.ran VALUES (7);"]
        self.up_files(*bodies)

        results = self.fleet("up")

        self.all_well(results)
        self.ran_once(results, [f"{version}/u m{version}" for version in range(1, len(bodies) + 1)])
        self.assertEqual(self.row(), (len(bodies), False))
        self.applied_once(*range(1, len(bodies) + 1))
        self.assertEqual(self.sql(f"SELECT version FROM {schema}.ran ORDER BY version"), 
                         [("2",), ("4",), ("5",), ("7",), ("55",)])
        self.no_invalid_index()


if __name__ == "__main__":
    unittest.main()
