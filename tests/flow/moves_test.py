# SPDX-License-Identifier: MIT
"""Up, down, goto, force, drop and version: the same moves, rows and histories on every database."""

import hashlib
import unittest

from flow import on_every_database

FILES = {f"{number}_{name}.{direction}.sql": text.format(number)
         for number, name in ((1, "one"), (2, "two"), (3, "three"))
         for direction, text in (("up", "CREATE TABLE t{0} (id int);\nINSERT INTO ran VALUES ({0});\n"),
                                 ("down", "DELETE FROM ran WHERE n = {0};\nDROP TABLE t{0};\n"))}


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@on_every_database
class Moves:

    def setUp(self):
        super().setUp()
        self.files(FILES)

    def at(self, version, *events):
        """The database is at a version, clean, with all that belongs to it; and the history ends with these events."""
        self.assertEqual(self.row(), (version, False) if version else None)
        self.assertEqual(self.tables(), [f"t{number}" for number in range(1, version + 1)])
        self.assertEqual(self.ran(), list(range(1, version + 1)))
        self.assertEqual(self.journal(), [])
        history = self.history()
        self.assertEqual(history[len(history) - len(events):], [(str(number), event) for number, event in events])

    def test_up_applies_all_and_then_finds_no_change(self):
        self.assertEqual(self.done("up").steps(), ["1/u one", "2/u two", "3/u three"])
        self.at(3, (1, "applied"), (2, "applied"), (3, "applied"))
        before = self.history("*")

        self.assertEqual(self.done("up").err, "no change\n")

        self.assertEqual(self.history("*"), before)

    def test_up_of_a_number_applies_as_many(self):
        self.assertEqual(self.done("up", "2").steps(), ["1/u one", "2/u two"])
        self.at(2, (1, "applied"), (2, "applied"))
        self.assertEqual(self.fails("up", "2").err.splitlines()[-1], "error: limit 1 short")
        self.at(3, (3, "applied"))
        self.assertEqual(self.fails("up", "1").err.splitlines()[0], "error: file does not exist")

    def test_down_of_a_number_reverts_as_many(self):
        self.done("up")
        self.assertEqual(self.done("down", "2").steps(), ["3/d three", "2/d two"])
        self.at(1, (3, "reverted"), (2, "reverted"))
        self.assertEqual(self.fails("down", "2").err.splitlines()[-1], "error: limit 1 short")
        self.at(0, (1, "reverted"))

    def test_down_of_all_asks_first(self):
        self.done("up")
        self.assertEqual(self.migrate("down", input="n\n").code, 1)
        self.at(3)
        self.assertEqual(self.done("down", input="y\n").steps(), ["3/d three", "2/d two", "1/d one"])
        self.at(0, (3, "reverted"), (2, "reverted"), (1, "reverted"))
        self.done("up", "1")
        self.done("down", "-all")
        self.at(0, (1, "applied"), (1, "reverted"))

    def test_goto_moves_in_both_directions(self):
        self.assertEqual(self.done("goto", "2").steps(), ["1/u one", "2/u two"])
        self.at(2)
        self.assertEqual(self.done("goto", "1").steps(), ["2/d two"])
        self.at(1, (2, "reverted"))
        self.assertEqual(self.done("goto", "1").err, "no change\n")
        self.assertIn("no migration found for version 7", self.fails("goto", "7").err)
        self.at(1)

    def test_force_sets_the_row_alone(self):
        self.done("up", "1")
        self.done("force", "3")
        self.assertEqual((self.row(), self.tables(), self.history()[-1]), ((3, False), ["t1"], ("3", "forced")))
        self.done("force", "1")
        self.at(1, (1, "forced"))
        self.done("force", "-1")
        self.assertIsNone(self.row())
        self.assertEqual(self.fails("version").err.splitlines()[0], "error: no migration")

    def test_version_reads_and_makes_nothing(self):
        self.assertEqual(self.fails("version").err.splitlines()[0], "error: no migration")
        self.assertEqual(self.place.tables(), ["ran"])
        self.assertEqual(self.place.history("*"), [])
        self.done("up", "2")
        self.assertEqual(self.done("version").err, "2\n")

    def test_drop_leaves_nothing_and_all_can_begin_again(self):
        self.done("up")
        self.assertEqual(self.migrate("drop", input="n\n").code, 1)
        self.at(3)

        self.done("drop", "-f")

        self.assertEqual(self.place.all_tables(), set())
        self.sql("CREATE TABLE ran (n int)")
        self.done("up")
        self.at(3, (1, "applied"), (2, "applied"), (3, "applied"))

    def test_history_keeps_the_way_back_and_the_checksum(self):
        self.done("up", "1")
        self.done("down", "-all")
        rows = self.history("version, event, direction, leads_to, name, statements_done, statements_total, error")
        self.assertEqual(rows, [("1", "applied", "up", "1", "one", "2", "2", None),
                                ("1", "reverted", "down", "-1", "one", "2", "2", None)])
        up, down = FILES["1_one.up.sql"], FILES["1_one.down.sql"]
        self.assertEqual(self.history("checksum, down_sql"), [(digest(up), down), (digest(down), None)])

    def test_a_history_that_is_switched_off_is_not_made(self):
        separator = "&" if "?" in self.url() else "?"
        self.done("up", url=f"{self.url()}{separator}x-history=false")
        self.assertEqual(self.row(), (3, False))
        self.assertEqual(sorted(self.place.all_tables()), ["ran", "schema_migrations", "t1", "t2", "t3"])

    def test_another_version_table_is_another_history(self):
        separator = "&" if "?" in self.url() else "?"
        self.done("up", "1")
        self.files({"1_one.up.sql": "INSERT INTO ran VALUES (7);"})
        result = self.done("up", "1", url=f"{self.url()}{separator}x-migrations-table=others")
        self.assertEqual(result.steps(), ["1/u one"])
        self.assertIn("others", self.place.all_tables())
        self.assertEqual(self.row(), (1, False))


if __name__ == "__main__":
    unittest.main()
