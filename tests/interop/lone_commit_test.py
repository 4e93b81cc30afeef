# SPDX-License-Identifier: MIT
"""A file that is one CALL or one DO and commits by itself runs alike in both programs."""

import unittest

from interop import Database, InteropTest, each_order, write_files

CALL_FILES = {
    "1_procedure.up.sql": """CREATE TABLE seen (n int PRIMARY KEY);
CREATE PROCEDURE fill(last int) LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1..last LOOP
        INSERT INTO seen VALUES (n);
        COMMIT;
    END LOOP;
END
$$;""",
    "1_procedure.down.sql": "DROP PROCEDURE fill; DROP TABLE seen;",
    "2_call.up.sql": "-- commits after every row\nCALL fill(3);",
    "2_call.down.sql": "DELETE FROM seen;",
    "3_after.up.sql": "CREATE TABLE after_it (id int);",
    "3_after.down.sql": "DROP TABLE after_it;",
}
DO_FILES = {
    "1_table.up.sql": "CREATE TABLE seen (n int PRIMARY KEY);",
    "1_table.down.sql": "DROP TABLE seen;",
    "2_do.up.sql": """DO $$
BEGIN
    FOR n IN 1..3 LOOP
        INSERT INTO seen VALUES (n);
        COMMIT;
    END LOOP;
END
$$;""",
    "2_do.down.sql": "DO $$ BEGIN DELETE FROM seen; COMMIT; END $$",
    "3_after.up.sql": "CREATE TABLE after_it (id int);",
    "3_after.down.sql": "DROP TABLE after_it;",
}
FAILS_LATER = """DO $$
BEGIN
    INSERT INTO seen VALUES (1);
    COMMIT;
    INSERT INTO seen VALUES (1);
END
$$;"""


class LoneCommit(InteropTest):

    def seen(self, database):
        return [int(number) for (number,) in database.sql("SELECT n FROM seen ORDER BY n")]

    def assert_runs_once(self, files, first, second, scheme):
        folder = write_files(files)
        database = Database()
        self.assert_done(second.run(database.url(scheme), folder, "up", "1"))
        self.assert_done(first.run(database.url(scheme), folder, "up", "1"))
        self.assertEqual(database.row(), (2, False))
        self.assertEqual(self.seen(database), [1, 2, 3])

        self.assert_done(second.run(database.url(scheme), folder, "up"))
        self.assertEqual(database.row(), (3, False))
        self.assert_done(first.run(database.url(scheme), folder, "down", "2"))
        self.assertEqual(database.row(), (1, False))
        self.assertEqual(self.seen(database), [])
        self.assert_done(second.run(database.url(scheme), folder, "down", "-all"))

    @each_order
    def test_a_call_runs_once_and_the_other_goes_on(self, first, second, scheme):
        self.assert_runs_once(CALL_FILES, first, second, scheme)

    @each_order
    def test_a_do_runs_once_and_the_other_goes_on(self, first, second, scheme):
        self.assert_runs_once(DO_FILES, first, second, scheme)

    @each_order
    def test_what_it_committed_before_failing_stays_and_both_see_dirty(self, first, second, scheme):
        folder = write_files({**DO_FILES, "2_do.up.sql": FAILS_LATER})
        database = Database()

        self.assert_done(first.run(database.url(scheme), folder, "up"), code=1)

        self.assertEqual(database.row(), (2, True))
        self.assertEqual(self.seen(database), [1])
        done = self.assert_done(second.run(database.url(scheme), folder, "up"), code=1)
        self.assertEqual(done.err.splitlines()[0],
                         "error: Dirty database version 2. Fix and force version.")


if __name__ == "__main__":
    unittest.main()
