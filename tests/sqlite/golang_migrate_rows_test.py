# SPDX-License-Identifier: MIT
"""Version tables that golang-migrate or a person wrote: what is read from them, and what is written back."""

import unittest

from sqlite_engine import SqliteTest

TABLE = "CREATE TABLE schema_migrations (version uint64, dirty bool)"
INDEX = "CREATE UNIQUE INDEX version_unique ON schema_migrations (version)"


class Rows(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files("CREATE TABLE a (i);", "CREATE TABLE b (i);")
        self.sql(TABLE)
        self.sql(INDEX)

    def test_is_taken_over_and_adopted(self):
        self.sql("INSERT INTO schema_migrations VALUES (1, 0)")
        self.assertEqual(self.done("up").steps(), ["2/u m2"])
        self.assertEqual(self.history("version, event"), [(1, "adopted"), (2, "applied")])

    def test_flags_as_texts(self):
        for flag, dirty in (("'false'", False), ("'true'", True), ("'FALSE'", False), ("1", True), ("0.0", False)):
            with self.subTest(flag):
                self.sql("DELETE FROM schema_migrations")
                self.sql(f"INSERT INTO schema_migrations VALUES (1, {flag})")
                self.assertEqual(self.done("version").err, "1 (dirty)\n" if dirty else "1\n")

    def test_move_from_a_text(self):
        self.sql("INSERT INTO schema_migrations VALUES (1, 'false')")
        self.done("up")
        self.assertEqual(self.sql("SELECT version, dirty, typeof(dirty) FROM schema_migrations"), [(2, 0, "integer")])

    def test_dirty_row_is_refused_in_golang_migrates_words(self):
        self.sql("INSERT INTO schema_migrations VALUES (1, 1)")
        self.assertIn("Dirty database version 1. Fix and force version.", self.fails("up").err)
        self.done("force", "1")
        self.assertEqual(self.done("up").steps(), ["2/u m2"])

    def test_several_rows(self):
        self.sql("DROP INDEX version_unique")
        self.sql("INSERT INTO schema_migrations VALUES (1, 0), (2, 0)")
        self.assertIn("several rows", self.fails("up").err)
        self.done("force", "1")
        self.assertEqual(self.row(), (1, 0))

    def test_moves_between_our_runs_are_adopted(self):
        self.done("up")
        self.sql("UPDATE schema_migrations SET version = 1")
        self.sql("DROP TABLE b")
        self.assertEqual(self.done("up").steps(), ["2/u m2"])
        self.assertEqual(self.history("version, event, direction"),
                         [(1, "applied", "up"), (2, "applied", "up"), (2, "adopted", "down"), (1, "adopted", "up"),
                          (2, "applied", "up")])

    def test_other_columns_are_named(self):
        self.sql("DROP TABLE schema_migrations")
        self.sql("CREATE TABLE schema_migrations (name text)")
        result = self.fails("up")
        self.assertIn("no such column: version", result.err)
        self.assertIn("x-migrations-table", result.err)


if __name__ == "__main__":
    unittest.main()
