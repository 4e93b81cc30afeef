# SPDX-License-Identifier: MIT
"""Each of Aether's migrations can run twice, and each down undoes its up exactly: by psql, without our program."""

import pathlib
import unittest

from aether import COUNT, Database, GowayTest

ROWS = pathlib.Path(__file__).with_name("rows.sql")


class MigrationsTest(GowayTest):
    """All 42, on the server that has pgvector."""

    server_name = "vector"
    last = COUNT

    def setUp(self):
        self.database = Database(self.server_name)

    def up(self, number):
        self.assert_done(self.database.run_file(number, "up"), what=f"up of {number}")

    def down(self, number):
        self.assert_done(self.database.run_file(number, "down"), what=f"down of {number}")

    def up_to_last(self):
        for number in range(1, self.last + 1):
            self.up(number)

    def down_to_nothing(self):
        for number in range(self.last, 0, -1):
            self.down(number)

    def again(self, number, direction):
        """The same file once more, now statement by statement."""
        once = self.database.catalog()

        self.assert_done(self.database.run_file_by_statement(number, direction), what=f"second {direction} of {number}")

        self.assert_same_catalog(once, self.database.catalog(), f"second {direction} of {number}")

    def test_an_up_changes_nothing_the_second_time(self):
        for number in range(1, self.last + 1):
            self.up(number)
            self.again(number, "up")

    def test_a_down_changes_nothing_the_second_time(self):
        self.up_to_last()
        for number in range(self.last, 0, -1):
            self.down(number)
            self.again(number, "down")

    def test_every_down_can_run_again_when_everything_is_gone(self):
        empty = self.database.catalog()

        self.down_to_nothing()

        self.assert_same_catalog(empty, self.database.catalog(), "all downs on an empty database")

    def test_a_down_undoes_its_up_and_the_next_up_gives_the_same_again(self):
        below = self.database.catalog()
        for number in range(1, self.last + 1):
            self.up(number)
            above = self.database.catalog()
            self.assertNotEqual(below, above, f"up of {number} did nothing")

            self.down(number)
            self.assert_same_catalog(below, self.database.catalog(), f"down of {number}")

            self.up(number)
            self.assert_same_catalog(above, self.database.catalog(), f"up of {number} after its down")
            below = above

    def test_all_downs_leave_what_was_before_all_ups(self):
        empty = self.database.catalog()
        self.up_to_last()
        full = self.database.catalog()

        self.down_to_nothing()
        self.assert_same_catalog(empty, self.database.catalog(), "all downs")

        self.up_to_last()
        self.assert_same_catalog(full, self.database.catalog(), "all ups after all downs")


class MigrationsOnTheOldestServerTest(MigrationsTest):
    """001 to 031 on the oldest PostgreSQL that they allow; from 032 on they need pgvector."""

    server_name = "15"
    last = 31


class FullSchemaTest(GowayTest):
    """What all 42 together make."""

    def setUp(self):
        self.database = Database()
        for number in range(1, COUNT + 1):
            self.assert_done(self.database.run_file(number, "up"))

    def test_has_35_tables_and_no_foreign_key_without_an_index(self):
        [(tables,)] = self.database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        unindexed = self.database.sql("""
            SELECT conrelid::regclass, conname FROM pg_constraint k
            WHERE contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1])""")

        self.assertEqual(tables, "35")
        self.assertEqual(unindexed, [])

    def test_steps_down_and_up_again_with_rows_in_every_table(self):
        self.database.sql(ROWS.read_text())
        empty = [name for (name,) in self.database.sql("SELECT relname FROM pg_class WHERE relkind = 'r'"
                                                       " AND relnamespace = 'public'::regnamespace")
                 if self.database.sql(f"SELECT count(*) FROM {name}") == [("0",)]]
        self.assertEqual(empty, [], "rows.sql forgets a table")

        for number in range(COUNT, 0, -1):
            for direction in ("down", "up", "down"):
                self.assert_done(self.database.run_file(number, direction), what=f"{direction} of {number}")

    def test_the_down_of_42_deletes_the_tools_of_mcp_servers_and_no_others(self):
        self.database.sql(ROWS.read_text())

        self.assert_done(self.database.run_file(42, "down"))

        self.assertEqual(self.database.sql("SELECT name FROM tool_definitions"), [("post_comment",)])

    def test_a_second_up_leaves_a_role_alone_that_was_changed(self):
        self.database.sql("UPDATE agent_roles SET description = 'ours' WHERE id = 'pm';"
                          "UPDATE agent_roles SET id = 'quality' WHERE id = 'qa'")
        before = self.database.sql("SELECT id, description FROM agent_roles ORDER BY id")

        self.assert_done(self.database.run_file(4, "up"))

        self.assertEqual(self.database.sql("SELECT id, description FROM agent_roles ORDER BY id"), before)


if __name__ == "__main__":
    unittest.main()
