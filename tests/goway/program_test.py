# SPDX-License-Identifier: MIT
"""Our program runs Aether's migrations up and down, and the schema is exactly what it should be each time."""

import re
import unittest

from aether import COUNT, Database, GowayTest, file_of, migrate


class ProgramTest(GowayTest):
    def setUp(self):
        self.database = Database()

    def migrate(self, *arguments):
        return self.assert_done(migrate(self.database.url, *arguments), what=f"migrate {' '.join(arguments)}")

    def test_42_up_42_down_and_42_up_again(self):
        empty = self.database.catalog()

        up = self.migrate("up")
        full = self.database.catalog()
        down = self.migrate("down", "-all")
        self.assert_same_catalog(empty, self.database.catalog(), "down -all")
        self.migrate("up")
        self.assert_same_catalog(full, self.database.catalog(), "up after down -all")

        titles = [re.match(r"0*(\d+)_(\w+)\.up\.sql", file_of(n, "up").name).groups() for n in range(1, COUNT + 1)]
        self.assertEqual(re.sub(r" \(\S+\)", "", up.stderr).splitlines(), [f"{n}/u {title}" for n, title in titles])
        self.assertEqual(re.sub(r" \(\S+\)", "", down.stderr).splitlines()[-COUNT:],
                         [f"{n}/d {title}" for n, title in reversed(titles)])

    def test_makes_the_schema_that_psql_makes(self):
        other = Database()
        for number in range(1, COUNT + 1):
            self.assert_done(other.run_file(number, "up"))

        self.migrate("up")

        self.assert_same_catalog(other.catalog(), self.database.catalog(), "psql against our program")

    def test_each_step_down_and_up_restores_the_schema(self):
        below = self.database.catalog()
        for number in range(1, COUNT + 1):
            self.migrate("up", "1")
            above = self.database.catalog()

            self.migrate("down", "1")
            self.assert_same_catalog(below, self.database.catalog(), f"down 1 from {number}")

            self.migrate("up", "1")
            self.assert_same_catalog(above, self.database.catalog(), f"up 1 to {number} again")
            self.assertEqual(self.database.version(), (number, False))
            below = above

    def test_stops_clean_at_31_on_a_server_without_pgvector(self):
        self.database = Database("15")
        self.migrate("goto", "31")
        before = self.database.catalog()

        done = self.assert_done(migrate(self.database.url, "up"), 1)

        self.assertIn("pgvector is not installed on this PostgreSQL 15 server", done.stderr)
        self.assertIn("This migration changed nothing.", done.stderr)
        self.assertEqual(self.database.version(), (31, False))
        self.assert_same_catalog(before, self.database.catalog(), "a refused 032")


if __name__ == "__main__":
    unittest.main()
