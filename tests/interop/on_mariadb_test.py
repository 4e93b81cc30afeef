# SPDX-License-Identifier: MIT
"""Ours and golang-migrate's in turn on one MariaDB database: the tests of PostgreSQL, where no schema change is undone."""

import unittest

import history_test
import states_test
import takeover_test
from interop import InteropTest, each_order, each_pair, only_ours, ours, write_files
from others import MariaDatabase, OnMariaDb
from weaker_history import WeakerHistory


class MariaDbTakeover(OnMariaDb, takeover_test.Takeover):
    files = {**takeover_test.FILES,
             "9_nine.up.sql": "-- alone in its file\nCREATE INDEX i9 ON t1 (id);",
             "9_nine.down.sql": "DROP INDEX i9 ON t1;"}


class MariaDbStates(OnMariaDb, states_test.States):
    failing = "DROP TABLE IF EXISTS nothing;\nCREATE TABEL nothing (id int);"
    journal_text = "that is applied already was changed"

    # A file of ours is one transaction only where it changes no schema.
    test_a_failed_transactional_file_of_ours_is_clean_for_golang_migrate = None

    @only_ours
    @each_pair
    def test_a_failed_file_of_rows_alone_is_clean_for_golang_migrate(self, peer, scheme):
        database = self.database()
        self.assert_done(ours().run(database.url(scheme), self.folder, "up", "1"))
        self.spoil(ours(), database, scheme, "2_two.up.sql", "INSERT INTO t1 VALUES (1);\nSELECT * FROM nowhere;", "up")
        self.assertEqual(database.row(), (1, False))
        self.assertEqual(database.sql("SELECT * FROM t1"), [])

        done = self.assert_done(peer.run(database.url(scheme), self.folder, "up"))

        self.assertEqual(done.lines(), ["2/u two (T)", "3/u three (T)"])


class MariaDbGuideRepair(OnMariaDb, states_test.GuideRepair):
    """Here the failed file did make its first table."""

    def fix(self, database):
        self.assertIn("t17", database.relations())

    def undo(self, database):
        database.sql("DROP TABLE t17")


class MariaDbHistory(OnMariaDb, WeakerHistory, history_test.History):
    pass


class MariaDbParameters(OnMariaDb, InteropTest):

    FILES = {
        "1_one.up.sql": "CREATE TABLE t1 (id int);",
        "1_one.down.sql": "DROP TABLE t1;",
        "2_two.up.sql": "CREATE TABLE t2 (id int);",
        "2_two.down.sql": "DROP TABLE t2;",
    }

    @each_order
    def test_both_use_the_same_version_table(self, first, second, scheme):
        folder = write_files(self.FILES)
        for table in ("mig", "mig rations", "mig.rations"):
            database = MariaDatabase(f"`{table}`")
            url = database.url(scheme, **{"x-migrations-table": table})
            self.assert_done(first.run(url, folder, "up", "1"))
            self.assertEqual(database.sql(f"SELECT version, dirty FROM `{table}`"), [("1", "0")])
            self.assert_done(second.run(url, folder, "up"))
            self.assertEqual(database.sql(f"SELECT version, dirty FROM `{table}`"), [("2", "0")])
            self.assert_done(first.run(url, folder, "down", "-all"))
            self.assertEqual(database.sql(f"SELECT version, dirty FROM `{table}`"), [])

    @only_ours
    @each_pair
    def test_the_version_table_is_golang_migrates(self, peer, scheme):
        tables = []
        for program in (ours(), peer):
            database = MariaDatabase()
            self.assert_done(program.run(database.url(scheme), write_files(self.FILES), "up"))
            tables.append(database.sql("SHOW CREATE TABLE schema_migrations"))
        self.assertEqual(tables[0], tables[1])


if __name__ == "__main__":
    unittest.main()
