# SPDX-License-Identifier: MIT
"""A failing file: what is left of it, what is recorded, and how the next run goes on, on every database."""

import unittest

from flow import on_every_database, tell

TWO_TABLES = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n"
MISTAKE = "INSERT INTO nowhere VALUES (1);\n"


@on_every_database
class Failures:

    def test_a_failing_file_of_schema_changes_leaves_all_or_nothing_where_that_is_promised(self):
        self.up_files(TWO_TABLES + tell(1) + "\n" + MISTAKE + tell(2))

        result = self.fails("up")

        self.assertIn("1_m1.up.sql:4", result.err)
        if self.promises.ddl_is_undone:
            self.assertEqual((self.row(), self.tables(), self.ran()), (None, [], []))
            self.assertEqual(self.journal(), [])
        else:
            # Rows are undone as far as the last statement that committed by itself.
            self.assertEqual((self.row(), self.tables(), self.ran()), ((1, True), ["a", "b"], []))
            self.assertEqual(self.journal(), [("1", "2", "between")])
        self.assertEqual(self.history(), [])

    def test_the_mended_file_is_completed_and_nothing_runs_twice(self):
        self.up_files(TWO_TABLES + tell(1) + "\n" + MISTAKE)
        self.fails("up")
        self.up_files(TWO_TABLES + tell(1) + "\nCREATE TABLE c (id int);\n" + tell(2), "CREATE TABLE d (id int);")

        self.assertEqual(self.done("up").steps(), ["1/u m1", "2/u m2"])

        self.assertEqual((self.row(), self.tables(), self.ran()), ((2, False), ["a", "b", "c", "d"], [1, 2]))
        self.assertEqual(self.history("version, event, statements_done"), [("1", "applied", "5"), ("2", "applied", "1")])
        self.assertEqual(self.journal(), [])

    def test_a_failing_file_of_rows_alone_leaves_nothing(self):
        self.up_files("CREATE TABLE a (id int);", f"{tell(1)}\n{tell(2)}\n{MISTAKE}")

        self.fails("up")

        self.assertEqual((self.row(), self.ran(), self.journal()), ((1, False), [], []))
        self.assertEqual(self.history(), [("1", "applied")])
        self.up_files("CREATE TABLE a (id int);", tell(1))
        self.done("up")
        self.assertEqual((self.row(), self.ran()), ((2, False), [1]))

    def test_a_lone_statement_that_is_refused_leaves_nothing(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE a (id int);")

        self.fails("up")

        self.assertEqual((self.row(), self.tables(), self.journal()), ((1, False), ["a"], []))
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.assertEqual(self.done("up").steps(), ["2/u m2"])

    def test_files_before_the_failing_one_stay_applied(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);", MISTAKE, "CREATE TABLE d (id int);")

        result = self.fails("up")

        self.assertEqual(result.steps(), ["1/u m1", "2/u m2"])
        self.assertIn("3_m3.up.sql:1", result.err)
        self.assertEqual((self.row(), self.tables()), ((2, False), ["a", "b"]))
        self.assertEqual(self.history(), [("1", "applied"), ("2", "applied")])

    def test_a_failing_down_file_can_be_mended(self):
        self.files({"1_a.up.sql": TWO_TABLES, "1_a.down.sql": "DROP TABLE b;\n" + MISTAKE})
        self.done("up")

        self.fails("down", "1")

        if self.promises.ddl_is_undone:
            self.assertEqual((self.row(), self.tables()), ((1, False), ["a", "b"]))
        else:
            self.assertEqual((self.row(), self.tables()), ((-1, True), ["a"]))
            self.assertEqual(self.journal("version, direction, statements_done"), [("1", "down", "1")])
        self.files({"1_a.down.sql": "DROP TABLE b;\nDROP TABLE a;\n"})
        self.assertEqual(self.done("down", "1").steps(), ["1/d a"])
        self.assertEqual((self.row(), self.tables()), (None, []))
        self.assertEqual(self.history(), [("1", "applied"), ("1", "reverted")])

    def test_the_text_of_the_failure_is_the_servers(self):
        self.up_files("CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n")
        result = self.fails("up")
        self.assertTrue(result.err.startswith("error: "), result.err)
        self.assertIn("1_m1.up.sql:2", result.err)
        self.assertRegex(result.err, r"TABEL")


@on_every_database
class Segments:
    """A file that no transaction can hold: the first statements, one that is bare, and more."""

    def broken(self):
        """Fails in its fourth statement, behind the bare one."""
        self.up_files(f"CREATE TABLE a (id int);\n{tell(1)}\n{self.promises.bare};\n{MISTAKE}{tell(2)}")

    def test_what_is_done_is_known_after_a_failure(self):
        self.broken()

        result = self.fails("up")

        self.assertIn("1_m1.up.sql:4", result.err)
        self.assertIn("the first 3 of the 5 statements of this file are applied, the others are not", result.err)
        self.assertEqual((self.row(), self.tables(), self.ran()), ((1, True), ["a"], [1]))
        self.assertEqual(self.journal(), [("1", "3", "between")])
        self.assertEqual(self.done("version").err.splitlines()[0], "1 (dirty)")

    def test_the_next_run_goes_on_behind_it(self):
        self.broken()
        self.fails("up")
        self.up_files(f"CREATE TABLE a (id int);\n{tell(1)}\n{self.promises.bare};\n{tell(2)}\nCREATE TABLE c (id int);",
                      tell(3))

        self.assertEqual(self.done("up").steps(), ["1/u m1", "2/u m2"])

        self.assertEqual((self.row(), self.tables(), self.ran()), ((2, False), ["a", "c"], [1, 2, 3]))
        self.assertEqual((self.journal(), self.history()), ([], [("1", "applied"), ("2", "applied")]))

    def test_what_is_done_may_not_be_edited(self):
        self.broken()
        self.fails("up")
        self.up_files(f"CREATE TABLE a (ident int);\n{tell(1)}\n{self.promises.bare};\n{tell(2)}")

        result = self.fails("up")

        self.assertIn("a statement of 1_m1.up.sql that is applied already was changed", result.err)
        self.assertEqual((self.row(), self.ran(), self.journal()), ((1, True), [1], [("1", "3", "between")]))

    def test_force_ends_the_dirty_state_and_the_journal(self):
        self.broken()
        self.fails("up")

        self.done("force", "1")

        self.assertEqual((self.row(), self.journal()), ((1, False), []))
        self.assertEqual(self.history(), [("1", "forced")])
        self.assertEqual(self.done("up").err, "no change\n")

    def test_a_foreign_dirty_row_is_refused_by_all_but_force(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.done("up", "1")
        self.sql("UPDATE schema_migrations SET version = 2, dirty = true")

        for arguments in (("up",), ("up", "1"), ("down", "1"), ("down", "-all"), ("goto", "1")):
            with self.subTest(arguments=arguments):
                refused = self.fails(*arguments)
                self.assertEqual(refused.err.splitlines()[0], "error: Dirty database version 2. Fix and force version.")
        self.assertEqual((self.row(), self.tables()), ((2, True), ["a"]))
        self.done("force", "1")
        self.assertEqual(self.done("up").steps(), ["2/u m2"])


if __name__ == "__main__":
    unittest.main()
