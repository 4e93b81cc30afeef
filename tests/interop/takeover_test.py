# SPDX-License-Identifier: MIT
"""Ours and golang-migrate's in turn on one database: each takes over from the other at every version."""

import unittest

from interop import InteropTest, each_order, write_files

# Version 0, a gap (3, 6, 8), a missing down half (2), a missing up half (5), one file that cannot run in a
# transaction (9), and a time stamp.
FILES = {
    "0_zero.up.sql": "CREATE TABLE t0 (id int);",
    "0_zero.down.sql": "DROP TABLE t0;",
    "1_one.up.sql": "CREATE TABLE t1 (id int);\nINSERT INTO t1 VALUES (1);",
    "1_one.down.sql": "DROP TABLE t1;",
    "2_two.up.sql": "CREATE TABLE IF NOT EXISTS t2 (id int);",
    "4_four.up.sql": "CREATE TABLE t4 (id int);",
    "4_four.down.sql": "DROP TABLE t4;",
    "5_five.down.sql": "DROP TABLE IF EXISTS t5;",
    "007_seven.up.sql": "CREATE TABLE t7 (id int);",
    "007_sieben.down.sql": "DROP TABLE t7;",
    "9_nine.up.sql": "-- alone in its file\nCREATE INDEX CONCURRENTLY i9 ON t1 (id);",
    "9_nine.down.sql": "DROP INDEX CONCURRENTLY i9;",
    "20230101000000_stamp.up.sql": "CREATE TABLE tstamp (id int);",
    "20230101000000_stamp.down.sql": "DROP TABLE tstamp;",
}
# version, what is printed going up and going down, what going up makes and going down removes
STEPS = [
    (0, "0/u zero (T)", "0/d zero (T)", "t0", "t0"),
    (1, "1/u one (T)", "1/d one (T)", "t1", "t1"),
    (2, "2/u two (T)", "2/d <empty> (T)", "t2", None),
    (4, "4/u four (T)", "4/d four (T)", "t4", "t4"),
    (5, "5/u <empty> (T)", "5/d five (T)", None, None),
    (7, "7/u seven (T)", "7/d sieben (T)", "t7", "t7"),
    (9, "9/u nine (T)", "9/d nine (T)", "i9", "i9"),
    (20230101000000, "20230101000000/u stamp (T)", "20230101000000/d stamp (T)", "tstamp", "tstamp"),
]


class Model:
    """What the database must be after the moves so far."""

    def __init__(self):
        self.applied = 0
        self.relations = set()

    def up(self, count):
        lines = []
        for _, line, _, made, _ in STEPS[self.applied:self.applied + count]:
            lines.append(line)
            self.relations |= {made} if made else set()
        self.applied += len(lines)
        return lines

    def down(self, count):
        lines = []
        for _, _, line, _, removed in reversed(STEPS[max(0, self.applied - count):self.applied]):
            lines.append(line)
            self.relations -= {removed}
        self.applied -= len(lines)
        return lines

    def row(self):
        return (STEPS[self.applied - 1][0], False) if self.applied else None


class Takeover(InteropTest):
    files = FILES

    def move(self, program, database, scheme, model, expected, *arguments):
        """Runs one command, then compares lines, row and objects with the model, and lets both read it."""
        done = self.assert_done(program.run(database.url(scheme), self.folder, *arguments))
        # A missing half runs nothing: ours may say so beside golang-migrate's line.
        lines = [line for line in done.lines() if not (program.ours and line.startswith("warning: "))]
        self.assertEqual(lines, expected, f"{program.name} {arguments}")
        self.assertEqual(database.row(), model.row(), f"{program.name} {arguments}")
        self.assertEqual(database.relations(), model.relations, f"{program.name} {arguments}")

    def setUp(self):
        self.folder = write_files(self.files)

    @each_order
    def test_they_take_turns_at_every_version_up_and_down(self, first, second, scheme):
        database, model = self.database(), Model()
        for number in range(len(STEPS)):
            program = (first, second)[number % 2]
            self.move(program, database, scheme, model, model.up(1), "up", "1")
        for number in range(len(STEPS)):
            program = (first, second)[number % 2]
            self.move(program, database, scheme, model, model.down(1), "down", "1")

    @each_order
    def test_the_second_takes_over_at_every_version_on_the_way_up_and_down(self, first, second, scheme):
        for count in range(1, len(STEPS) + 1):
            database, model = self.database(), Model()
            self.move(first, database, scheme, model, model.up(count), "up", str(count))
            self.move(second, database, scheme, model, model.up(99) or ["no change"], "up")
            self.move(first, database, scheme, model, model.down(count), "down", str(count))
            self.move(second, database, scheme, model, model.down(99) or ["no change"], "down", "-all")

    @each_order
    def test_goto_moves_from_where_the_other_left(self, first, second, scheme):
        database, model = self.database(), Model()
        for place, program in ((5, first), (2, second), (8, first), (1, second), (6, first), (3, second)):
            moves = place - model.applied
            expected = model.up(moves) if moves > 0 else model.down(-moves)
            self.move(program, database, scheme, model, expected, "goto", str(STEPS[place - 1][0]))

    @each_order
    def test_both_print_the_same_version_at_every_step(self, first, second, scheme):
        database = self.database()
        for version, *_ in STEPS:
            self.assert_done(first.run(database.url(scheme), self.folder, "up", "1"))
            for program in (first, second):
                done = self.assert_done(program.run(database.url(scheme), self.folder, "version"))
                self.assertEqual(done.err, f"{version}\n", program.name)

    @each_order
    def test_drop_by_the_one_is_a_fresh_start_for_the_other(self, first, second, scheme):
        database, model = self.database(), Model()
        self.move(first, database, scheme, model, model.up(99), "up")
        self.assert_done(second.run(database.url(scheme), self.folder, "drop", "-f"))
        self.assertEqual(database.relations(), set())
        fresh = Model()
        self.move(first, database, scheme, fresh, fresh.up(99), "up")
        self.move(second, database, scheme, fresh, fresh.down(99), "down", "-all")


if __name__ == "__main__":
    unittest.main()
