# SPDX-License-Identifier: MIT
"""Aether's 84 migration files keep the rules that their text alone can show."""

import re
import unittest

from aether import COUNT, MIGRATIONS, GowayTest

NAME = re.compile(r"(\d{6})_([a-z0-9_]+)\.(up|down)\.sql")


def files(direction=""):
    """Each file's name and text, comments aside."""
    return [(path.name, re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8")))
            for path in sorted(MIGRATIONS.glob(f"*{direction}.sql"))]


def without_strings(sql):
    return re.sub(r"'(?:[^']|'')*'", "''", sql)


class FilesTest(GowayTest):
    def test_are_whole_pairs_from_1_to_42_without_gaps(self):
        found = {}
        for path in MIGRATIONS.iterdir():
            match = NAME.fullmatch(path.name)
            self.assertTrue(match, f"{path.name} is no migration")
            found.setdefault(int(match[1]), []).append((match[3], match[2]))

        self.assertEqual(sorted(found), list(range(1, COUNT + 1)))
        for number, halves in found.items():
            self.assertEqual(sorted(direction for direction, _ in halves), ["down", "up"], number)
            self.assertEqual(len({title for _, title in halves}), 1, f"{number}: two titles")

    def test_say_at_the_top_what_they_do_and_why(self):
        for path in MIGRATIONS.iterdir():
            with self.subTest(file=path.name):
                lines = path.read_text(encoding="utf-8").split("\n\n", 1)[0].splitlines()
                self.assertEqual(lines[0], "-- SPDX-License-" "Identifier: MIT")
                self.assertTrue(all(line.startswith("-- ") for line in lines))
                self.assertIn(len(lines) - 1, range(2, 7))

    def test_fit_into_one_transaction(self):
        for name, sql in files():
            with self.subTest(file=name):
                outside = re.sub(r"\$\$.*?\$\$", "", sql, flags=re.DOTALL)
                self.assertNotRegex(outside, r"(?i)\b(BEGIN|COMMIT|ROLLBACK|START TRANSACTION|CONCURRENTLY|VACUUM)\b")

    def test_ups_can_meet_what_is_already_there(self):
        for name, sql in files(".up"):
            with self.subTest(file=name):
                plain = without_strings(sql)
                self.assertNotRegex(plain, r"CREATE (TABLE|INDEX|UNIQUE INDEX|EXTENSION) (?!IF NOT EXISTS)")
                self.assertNotRegex(plain, r"CREATE (FUNCTION|TRIGGER|PROCEDURE|VIEW)")
                self.assertNotRegex(plain, r"ADD COLUMN (?!IF NOT EXISTS)")
                self.assertEqual(plain.count("INSERT INTO"), plain.count("ON CONFLICT DO NOTHING"))

    def test_downs_can_meet_what_is_already_gone_and_never_cascade(self):
        for name, sql in files(".down"):
            with self.subTest(file=name):
                self.assertNotIn("CASCADE", sql)
                # The only other DROP stands behind a look at whether the extension is there.
                self.assertNotRegex(sql, r"DROP (?!EXTENSION vector;)\w+ (?!IF EXISTS)")
                self.assertNotRegex(sql, r"ALTER TABLE (?!IF EXISTS)")

    def test_constraints_added_later_are_guarded_by_their_own_name(self):
        for name, sql in files(".up"):
            with self.subTest(file=name):
                added = re.findall(r"ALTER TABLE (\w+) ADD CONSTRAINT (\w+)", sql)
                guarded = re.findall(r"conrelid = '(\w+)'::regclass AND conname = '(\w+)'\n    \) THEN", sql)
                self.assertEqual(added, guarded)
                self.assertEqual(len(added), sql.count("ADD CONSTRAINT"))


if __name__ == "__main__":
    unittest.main()
