# SPDX-License-Identifier: MIT
"""Twenty programs start at once on one database: each migration runs once, nobody fails, and all end."""

import re
import unittest

from flow import finish, on_every_database, tell

FLEET = 20
ROUNDS = 3
# Twenty programs start at once on a machine with two cores.
END_SECONDS = 120


@on_every_database
class Fleet:

    def start_all(self):
        processes = [self.start("up") for _ in range(FLEET)]
        return [finish(process, seconds=END_SECONDS) for process in processes]

    def all_well(self, results, count):
        said = "\n".join(f"exit {result.code}: {result.err}" for result in results if result.code != 0)
        self.assertEqual([result.code for result in results], [0] * FLEET, said)
        steps = [step for result in results
                 for step in re.findall(r"^(\d+/u \S+) \([^()]+\)$", result.err, re.MULTILINE)]
        self.assertEqual(sorted(steps), sorted(f"{number}/u m{number}" for number in range(1, count + 1)))
        self.assertEqual((self.row(), self.journal()), ((count, False), []))
        self.assertEqual(self.history(), [(str(number), "applied") for number in range(1, count + 1)])

    def test_twenty_programs_start_at_once(self):
        for number in range(ROUNDS):
            with self.subTest(round=number):
                if number:
                    self.doCleanups()
                    self.setUp()
                self.up_files(f"CREATE TABLE a (id int);\n{tell(1)}", f"{tell(2)}\n{tell(3)}",
                              f"{self.promises.bare};", f"ALTER TABLE a ADD COLUMN b int;\n{tell(4)}", tell(5))

                results = self.start_all()

                self.all_well(results, 5)
                self.assertEqual((self.tables(), self.ran()), (["a"], [1, 2, 3, 4, 5]))

    def test_twenty_programs_wait_behind_a_long_migration(self):
        self.up_files(f"CREATE TABLE a (id int);\n{tell(1)}\n{self.place.slow(5)};", tell(2))

        results = self.start_all()

        self.all_well(results, 2)
        self.assertEqual((self.tables(), self.ran()), (["a"], [1, 2]))


if __name__ == "__main__":
    unittest.main()
