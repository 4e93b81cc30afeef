# SPDX-License-Identifier: MIT
"""The x- parameters that move the version table or change how a file runs mean the same to both programs."""

import unittest

from interop import Database, InteropTest, each_order, write_files

FILES = {
    "1_one.up.sql": "CREATE TABLE t1 (id int);",
    "1_one.down.sql": "DROP TABLE t1;",
    "2_two.up.sql": "CREATE TABLE t2 (id int);",
    "2_two.down.sql": "DROP TABLE t2;",
    "3_three.up.sql": "CREATE TABLE t3 (id int);",
    "3_three.down.sql": "DROP TABLE t3;",
}
# x-migrations-table and what is quoted, and the table that must appear
TABLES = [
    ({"x-migrations-table": "mig"}, "public.mig"),
    ({"x-migrations-table": "Mixed Case"}, 'public."Mixed Case"'),
    ({"x-migrations-table": "app.mig"}, 'public."app.mig"'),
    ({"x-migrations-table": '"app"."mig"', "x-migrations-table-quoted": "1"}, "app.mig"),
    ({"x-migrations-table": '"mig2"', "x-migrations-table-quoted": "true"}, "public.mig2"),
    ({"search_path": "app"}, "app.schema_migrations"),
]
# Cut at the semicolons, each statement runs by itself: the index may be built concurrently.
MULTI = {
    "1_multi.up.sql": "CREATE TABLE t1 (id int);\nCREATE INDEX CONCURRENTLY i1 ON t1 (id);\nVACUUM t1;\n",
    "1_multi.down.sql": "DROP INDEX CONCURRENTLY i1;\nDROP TABLE t1;",
}


class Parameters(InteropTest):

    @each_order
    def test_both_use_the_same_version_table(self, first, second, scheme):
        folder = write_files(FILES)
        for parameters, table in TABLES:
            database = Database(table)
            database.sql("CREATE SCHEMA app")
            url = database.url(scheme, **parameters)
            self.assert_done(first.run(url, folder, "up", "1"))
            self.assertEqual(database.row(), (1, False), parameters)
            self.assert_done(second.run(url, folder, "up"))
            self.assertEqual(database.row(), (3, False), parameters)
            self.assert_done(first.run(url, folder, "down", "2"))
            self.assertEqual(database.row(), (1, False), parameters)
            self.assert_done(second.run(url, folder, "down", "-all"))
            self.assertIsNone(database.row(), parameters)

    @each_order
    def test_two_version_tables_are_two_histories(self, first, second, scheme):
        folder = write_files({"1_one.up.sql": "SELECT 1;", "1_one.down.sql": "SELECT 1;"})
        database = Database()
        self.assert_done(first.run(database.url(scheme), folder, "up"))
        done = self.assert_done(second.run(database.url(scheme, **{"x-migrations-table": "mig"}), folder, "up"))
        self.assertEqual(done.lines(), ["1/u one (T)"])

    @each_order
    def test_multi_statement_files_run_statement_by_statement(self, first, second, scheme):
        folder = write_files(MULTI)
        database = Database()
        url = database.url(scheme, **{"x-multi-statement": "true"})
        self.assert_done(first.run(url, folder, "up"))
        self.assertEqual(database.relations(), {"t1", "i1"})
        self.assertEqual(database.row(), (1, False))
        self.assert_done(second.run(url, folder, "down", "-all"))
        self.assertEqual(database.relations(), set())
        self.assertIsNone(database.row())

    @each_order
    def test_multi_statement_files_keep_what_ran_before_a_failure(self, first, second, scheme):
        folder = write_files({"1_multi.up.sql": "CREATE TABLE t1 (id int);\nCREATE TABEL t2 (id int);\n"})
        database = Database()
        url = database.url(scheme, **{"x-multi-statement": "true"})
        self.assert_done(first.run(url, folder, "up"), code=1)
        self.assertEqual(database.relations(), {"t1"})
        self.assertEqual(database.row(), (1, True))
        self.assert_done(second.run(url, folder, "up"), code=1)
        self.assert_done(second.run(url, folder, "force", "1"))
        done = self.assert_done(first.run(url, folder, "up"))
        self.assertEqual(done.lines(), ["no change"])


if __name__ == "__main__":
    unittest.main()
