# SPDX-License-Identifier: MIT
"""force and version, in every state a version table can be in."""

import unittest

from engine import EngineTest


class Force(EngineTest):

    def setUp(self):
        super().setUp()
        self.files({f"{number}_m{number}.{direction}.sql": text for number in (1, 2, 3)
                    for direction, text in (("up", f"CREATE TABLE t{number} (id int);"),
                                            ("down", f"DROP TABLE t{number};"))})

    def rows_are(self, *rows):
        """Writes the version table by hand, with these (version, dirty) rows."""
        self.sql("CREATE TABLE IF NOT EXISTS schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT"
                 " NULL); DELETE FROM schema_migrations;"
                 + "".join(f"INSERT INTO schema_migrations VALUES ({v}, {d});" for v, d in rows))

    def test_fresh_database_takes_a_version_and_runs_nothing(self):
        result = self.done("force", "2")
        self.assertEqual((result.err, self.row(), self.tables()), ("", (2, False), []))
        self.assertEqual(self.done("version").err, "2\n")
        self.assertEqual(self.done("up").steps(), ["3/u m3"])

    def test_fresh_database_forced_to_none(self):
        self.done("force", "-1")
        self.assertEqual(self.row(), None)
        self.assertEqual(self.fails("version").err, "error: no migration\n")
        self.assertEqual(len(self.done("up").steps()), 3)

    def test_both_forms_of_minus_one(self):
        for arguments in (("force", "-1"), ("force", "--", "-1")):
            self.rows_are((2, True))
            self.done(*arguments)
            self.assertEqual(self.row(), None)

    def test_dirty_row_becomes_clean(self):
        for version in ("2", "1", "+3", "03", "0"):
            with self.subTest(version=version):
                self.rows_are((2, True))
                self.assertEqual(self.done("version").err, "2 (dirty)\n")
                self.done("force", version)
                self.assertEqual(self.row(), (int(version), False))

    def test_version_without_a_file_may_be_forced(self):
        self.done("force", "77")
        self.assertEqual(self.row(), (77, False))
        result = self.fails("up")
        self.assertIn("no migration found for version 77: read down for version 77 .: file does not exist", result.err)

    def test_largest_version(self):
        self.done("force", str(2**63 - 1))
        self.assertEqual(self.row(), (2**63 - 1, False))

    def test_arguments_that_are_no_version(self):
        for text, words in (("-2", "argument V must be >= -1"), ("x", "can't read version argument V"),
                            (str(2**63), "can't read version argument V"), ("1.0", "can't read version argument V"),
                            ("", "can't read version argument V")):
            with self.subTest(text=text):
                self.assertIn(f"error: {words}", self.fails("force", "--", text).err)
        self.assertIn("error: please specify version argument V", self.fails("force").err)
        self.assertEqual(self.row(), "absent")

    def test_several_rows_are_refused_by_all_but_force(self):
        self.rows_are((1, False), (3, True))
        for arguments in (("version",), ("up",), ("down", "1"), ("goto", "2")):
            with self.subTest(arguments=arguments):
                result = self.fails(*arguments)
                self.assertIn("the version table holds several rows", result.err)
                self.assertIn("force", result.err)
        self.assertEqual(len(self.sql("TABLE schema_migrations")), 2)
        self.done("force", "1")
        self.assertEqual(self.row(), (1, False))
        self.assertEqual(self.done("up").steps(), ["2/u m2", "3/u m3"])

    def test_dirty_row_without_a_version(self):
        self.rows_are((-1, "true"))
        version = self.fails("version")
        self.assertEqual(version.err.splitlines()[0], "error: no migration")
        self.assertIn("force -1", version.err)
        for arguments in (("up",), ("down", "-all"), ("goto", "1")):
            self.assertEqual(self.fails(*arguments).err.splitlines()[0],
                             "error: Dirty database version -1. Fix and force version.")
        self.assertEqual(self.row(), (-1, True))
        self.done("force", "-1")
        self.assertEqual(self.row(), None)
        self.done("up")
        self.assertEqual(self.row(), (3, False))

    def test_clean_row_without_a_version_counts_as_none(self):
        self.rows_are((-1, "false"))
        self.assertEqual(self.fails("version").err, "error: no migration\n")
        self.assertEqual(len(self.done("up").steps()), 3)
        self.assertEqual(self.row(), (3, False))

    def test_first_down_that_fails_outside_of_a_transaction_can_be_repaired(self):
        self.files({"1_m1.up.sql": "CREATE TABLE t1 (id int);",
                    "1_m1.down.sql": "DO $$ BEGIN COMMIT; PERFORM 1/0; END $$;"})
        self.done("up", "1")
        result = self.fails("down", "1")
        self.assertEqual(self.row(), (-1, True))
        self.assertIn('"migrate repair -not-applied"', result.err)
        self.done("force", "1")
        self.assertEqual(self.row(), (1, False))

    def test_failed_down_outside_of_a_transaction_names_its_target(self):
        self.files({"2_m2.down.sql": "DO $$ BEGIN COMMIT; PERFORM 1/0; END $$;"})
        self.done("up", "2")
        self.fails("down", "1")
        self.assertEqual(self.row(), (1, True))

    def test_dirty_database_is_refused_by_every_move(self):
        self.rows_are((2, True))
        for arguments in (("up",), ("up", "1"), ("down", "1"), ("down", "-all"), ("goto", "1"), ("goto", "2")):
            with self.subTest(arguments=arguments):
                result = self.fails(*arguments)
                self.assertEqual(result.err.splitlines()[0], "error: Dirty database version 2. Fix and force version.")
        for arguments in (("up", "0"), ("down", "0")):
            self.assertEqual(self.done(*arguments).err, "no change\n")
        self.assertEqual((self.row(), self.tables()), ((2, True), []))

    def test_force_of_the_present_version_is_recorded(self):
        self.done("up")
        before = len(self.history())
        self.done("force", "3")
        self.assertEqual(self.history()[before:], [("3", "forced", "up", "3")])
        self.assertEqual(self.done("up").err, "no change\n")

    def test_force_reaches_past_a_locked_version_row(self):
        self.done("up")
        other = self.session()
        other.run("BEGIN; SELECT * FROM schema_migrations;")
        self.done("force", "2")
        self.assertEqual(self.row(), (2, False))
        other.run("COMMIT;")


if __name__ == "__main__":
    unittest.main()
