# SPDX-License-Identifier: MIT
"""Ours and golang-migrate's in turn on one SQLite file: the tests of PostgreSQL, as far as SQLite can be in that state.

golang-migrate's drivers sqlite and sqlite3 are both tried; ours is the same under either name.
"""

import unittest

import history_test
import states_test
import takeover_test
from interop import each_order, each_pair, only_ours, ours, write_files
from others import OnSqlite, SqliteFile
from weaker_history import WeakerHistory


class SqliteTakeover(OnSqlite, takeover_test.Takeover):
    files = {**takeover_test.FILES,
             "9_nine.up.sql": "-- alone in its file\nCREATE INDEX i9 ON t1 (id);",
             "9_nine.down.sql": "DROP INDEX i9;"}


class SqliteStates(OnSqlite, states_test.States):
    # Nothing can be in a transaction with VACUUM, so a failure behind it can't be undone.
    failing = "VACUUM;\nSELECT * FROM nowhere;"
    journal_text = "that is applied already was changed"


class SqliteGuideRepair(OnSqlite, states_test.GuideRepair):
    pass


class SqliteHistory(OnSqlite, WeakerHistory, history_test.History):
    pass


class SqliteParameters(OnSqlite, takeover_test.InteropTest):

    FILES = {
        "1_one.up.sql": "CREATE TABLE t1 (id int);",
        "1_one.down.sql": "DROP TABLE t1;",
        "2_two.up.sql": "CREATE TABLE t2 (id int);",
        "2_two.down.sql": "DROP TABLE t2;",
    }

    @each_order
    def test_both_use_the_same_version_table(self, first, second, scheme):
        folder, database = write_files(self.FILES), SqliteFile("mig")
        url = database.url(scheme, **{"x-migrations-table": "mig"})
        self.assert_done(first.run(url, folder, "up", "1"))
        self.assertEqual(database.row(), (1, False))
        self.assert_done(second.run(url, folder, "up"))
        self.assertEqual(database.row(), (2, False))
        self.assert_done(first.run(url, folder, "down", "-all"))
        self.assertIsNone(database.row())

    @each_order
    def test_files_without_a_transaction_run_what_none_can_hold(self, first, second, scheme):
        folder = write_files({"1_one.up.sql": "CREATE TABLE t1 (id int);\nVACUUM;\n", "1_one.down.sql": "DROP TABLE t1;"})
        database = SqliteFile()
        url = database.url(scheme, **{"x-no-tx-wrap": "true"})
        self.assert_done(first.run(url, folder, "up"))
        self.assertEqual((database.row(), database.relations()), ((1, False), {"t1"}))
        self.assert_done(second.run(url, folder, "down", "-all"))
        self.assertEqual((database.row(), database.relations()), (None, set()))

    @each_order
    def test_files_without_a_transaction_keep_what_ran_before_a_failure(self, first, second, scheme):
        folder = write_files({"1_one.up.sql": "CREATE TABLE t1 (id int);\nCREATE TABEL t2 (id int);\n"})
        database = SqliteFile()
        url = database.url(scheme, **{"x-no-tx-wrap": "true"})
        self.assert_done(first.run(url, folder, "up"), code=1)
        self.assertEqual((database.row(), database.relations()), ((1, True), {"t1"}))
        self.assert_done(second.run(url, folder, "up"), code=1)
        self.assert_done(second.run(url, folder, "force", "1"))
        self.assertEqual(self.assert_done(first.run(url, folder, "up")).lines(), ["no change"])

    @only_ours
    @each_pair
    def test_the_version_table_has_golang_migrates_columns(self, peer, scheme):
        tables = []
        for program in (ours(), peer):
            database = SqliteFile()
            self.assert_done(program.run(database.url(scheme), write_files(self.FILES), "up"))
            tables.append(database.sql("SELECT name, type, [notnull], pk FROM pragma_table_info('schema_migrations')"))
        self.assertEqual(tables[0], tables[1])


if __name__ == "__main__":
    unittest.main()
