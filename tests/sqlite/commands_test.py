# SPDX-License-Identifier: MIT
"""up, down, goto, force, drop and version on a SQLite file, and what a failing file leaves."""

import unittest

from sqlite_engine import SqliteTest


class Commands(SqliteTest):

    def three(self):
        for number in (1, 2, 3):
            self.files({f"{number}_t{number}.up.sql": f"CREATE TABLE t{number} (i);\n",
                        f"{number}_t{number}.down.sql": f"DROP TABLE t{number};\n"})

    def test_up_applies_all_and_keeps_the_history(self):
        self.three()
        self.assertEqual(self.done("up").steps(), ["1/u t1", "2/u t2", "3/u t3"])
        self.assertEqual((self.row(), self.tables()), ((3, 0), ["t1", "t2", "t3"]))
        self.assertEqual(self.history(), [(1, "applied", "up", 1), (2, "applied", "up", 2), (3, "applied", "up", 3)])
        self.assertEqual(self.leftovers(), [])
        self.assertEqual(self.done("up").err, "no change\n")

    def test_both_schemes_open_the_same_file(self):
        self.three()
        self.done("up", "1", url=self.url(scheme="sqlite"))
        self.done("up", "1", url=self.url(scheme="sqlite3"))
        self.assertEqual(self.done("version", url=self.url(scheme="sqlite")).err, "2\n")

    def test_down_and_goto_lead_back(self):
        self.three()
        self.done("up")
        self.assertEqual(self.done("goto", "1").steps(), ["3/d t3", "2/d t2"])
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["t1"]))
        self.assertEqual(self.done("down", "-all").steps(), ["1/d t1"])
        self.assertEqual((self.row(), self.tables()), (None, []))

    def test_force_writes_the_version_and_nothing_else(self):
        self.three()
        self.done("force", "2")
        self.assertEqual((self.row(), self.tables()), ((2, 0), []))
        self.done("force", "-1")
        self.assertIsNone(self.row())

    def test_version_table_has_golang_migrates_columns(self):
        self.three()
        self.done("up")
        self.assertEqual([(name, kind) for _, name, kind, *_ in self.sql("PRAGMA table_info(schema_migrations)")],
                         [("version", "uint64"), ("dirty", "bool")])
        self.assertEqual(self.sql("SELECT typeof(version), typeof(dirty) FROM schema_migrations"),
                         [("integer", "integer")])

    def test_looking_makes_no_file(self):
        self.three()
        self.assertIn("no migration", self.fails("version").err)
        self.assertFalse(self.file.exists())

    def test_multi_statement_bodies_of_triggers_run(self):
        self.up_files("CREATE TABLE a (i); CREATE TABLE b (i);\n"
                      "CREATE TRIGGER c AFTER INSERT ON a BEGIN\n  INSERT INTO b VALUES (new.i);\n"
                      "  SELECT CASE WHEN new.i > 5 THEN RAISE(ABORT, 'no') END;\nEND;\nINSERT INTO a VALUES (1);\n")
        self.done("up")
        self.assertEqual(self.sql("SELECT i FROM b"), [(1,)])
        self.assertEqual(self.history("statements_total"), [(4,)])

    def test_other_version_table_by_golang_migrates_names(self):
        self.three()
        self.done("up", "1", url=self.url('x-migrations-table="my versions"'))
        self.assertEqual(self.sql('SELECT version FROM "my versions"'), [(1,)])
        self.assertEqual(self.sql("SELECT count(*) FROM sqlite_master WHERE name LIKE 'schema_migrations%'"), [(0,)])

    def test_history_can_be_switched_off(self):
        self.three()
        self.done("up", url=self.url("x-history=false"))
        self.assertEqual(self.sql("SELECT name FROM sqlite_master WHERE name LIKE 'schema%'"), [("schema_migrations",)])


class Failures(SqliteTest):

    def test_failing_file_leaves_no_trace_and_shows_the_place(self):
        self.up_files("CREATE TABLE a (i);", "CREATE TABLE b (i);\nINSERT INTO a VALUES (1);\nCREATE TABEL c (i);\n")
        result = self.fails("up")
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["a"]))
        self.assertEqual(self.sql("SELECT count(*) FROM a"), [(0,)])
        self.assertIn('near "TABEL": syntax error (column 8) in line 3', result.err)
        self.assertIn("2_m2.up.sql:3:8", result.err)
        self.assertIn("CREATE TABEL c (i);", result.err)
        self.assertIn("^", result.err)
        self.assertIn("SQLSTATE SQLITE_ERROR", result.err)
        self.assertIn("version 1, clean: nothing of this file was applied", result.err)

    def test_column_counts_characters(self):
        self.up_files("SELECT 'äöü', nix;")
        self.assertIn("1_m1.up.sql:1:15", self.fails("up").err)

    def test_failure_at_run_time_names_the_statement(self):
        self.up_files("CREATE TABLE a (i UNIQUE);\n\n-- twice\nINSERT INTO a VALUES (1), (1);\n")
        result = self.fails("up")
        self.assertIn("UNIQUE constraint failed: a.i", result.err)
        self.assertIn("1_m1.up.sql:4:1", result.err)
        self.assertIn("SQLSTATE SQLITE_CONSTRAINT_UNIQUE", result.err)
        self.assertEqual(self.tables(), [])

    def test_rollback_on_conflict_is_no_success(self):
        self.up_files("CREATE TABLE a (i UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT OR ROLLBACK INTO a VALUES (1);\n")
        self.assertIn("UNIQUE constraint failed", self.fails("up").err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_deferred_foreign_key_fails_the_commit(self):
        self.up_files("CREATE TABLE p (i INTEGER PRIMARY KEY);\nCREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY "
                      "DEFERRED);\nINSERT INTO c VALUES (7);\n")
        result = self.fails("up", url=self.url("_foreign_keys=1"))
        self.assertIn("FOREIGN KEY constraint failed at COMMIT", result.err)
        self.assertEqual((self.row(), self.tables()), ("absent", []))

    def test_parameter_is_refused_and_a_mark_in_a_string_is_not(self):
        self.up_files("CREATE TABLE a (t);\nINSERT INTO a VALUES ('why?');\n", "INSERT INTO a VALUES (?);\n")
        result = self.fails("up")
        self.assertIn("not enough args to execute query: want 1 got 0", result.err)
        self.assertIn("2_m2.up.sql:1:1", result.err)
        self.assertEqual((self.row(), self.sql("SELECT t FROM a")), ((1, 0), [("why?",)]))

    def test_begin_without_commit_is_refused_before_anything_runs(self):
        self.up_files("BEGIN;\nCREATE TABLE a (i);\n")
        self.assertIn("BEGIN has no COMMIT in this file", self.fails("up").err)
        self.assertEqual(self.tables() if self.file.stat().st_size else [], [])

    def test_own_block_runs_as_one_transaction(self):
        self.up_files("BEGIN;\nCREATE TABLE a (i);\nCOMMIT;\n", "BEGIN;\nCREATE TABLE b (i);\nnonsense;\nCOMMIT;\n")
        self.assertIn("2_m2.up.sql:3:1", self.fails("up").err)
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["a"]))

    def test_rollback_in_a_file_runs_as_written(self):
        self.up_files("CREATE TABLE kept (i);\nBEGIN;\nCREATE TABLE gone (i);\nROLLBACK;\nCREATE TABLE also (i);\n")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["also", "kept"]))

    def test_statement_timeout_ends_a_long_statement(self):
        self.up_files("CREATE TABLE a AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n;")
        result = self.fails("up", url=self.url("x-statement-timeout=300"))
        self.assertIn("statement timeout", result.err)
        self.assertEqual(self.row(), "absent")


if __name__ == "__main__":
    unittest.main()
