# SPDX-License-Identifier: MIT
"""drop: everything goes, whatever it is called and whatever refers to it, or nothing does."""

import unittest

from sqlite_engine import SqliteTest

EVERYTHING = """
CREATE TABLE counted (i INTEGER PRIMARY KEY AUTOINCREMENT);
INSERT INTO counted DEFAULT VALUES;
CREATE TABLE "has ""quotes"" and 'more'; --" (i);
CREATE TABLE [select] (i);
CREATE TABLE above (i INTEGER PRIMARY KEY);
CREATE TABLE child (p REFERENCES above);
INSERT INTO above VALUES (1);
INSERT INTO child VALUES (1);
CREATE VIEW looks AS SELECT * FROM child JOIN above ON p = i;
CREATE VIEW broken AS SELECT * FROM nobody;
CREATE TRIGGER looks_on INSTEAD OF INSERT ON looks BEGIN SELECT 1; END;
CREATE INDEX child_p ON child (p);
CREATE VIRTUAL TABLE texts USING fts5(body);
INSERT INTO texts VALUES ('a word');
ANALYZE;
"""


class Drop(SqliteTest):

    def setUp(self):
        super().setUp()
        self.up_files(EVERYTHING)
        self.done("up")

    def names(self):
        return [name for (name,) in self.sql("SELECT name FROM sqlite_master WHERE name <> 'sqlite_sequence'")]

    def test_leaves_nothing(self):
        for query in ("", "_foreign_keys=1"):
            with self.subTest(query):
                self.done("drop", "-f", url=self.url(query))
                self.assertEqual(self.sql("SELECT name FROM sqlite_master"), [])
                self.assertEqual(self.sql("PRAGMA integrity_check"), [("ok",)])
                self.assertEqual(self.done("up").steps(), ["1/u m1"])

    def test_gives_the_space_back(self):
        before = self.file.stat().st_size
        self.done("drop", "-f")
        self.assertLess(self.file.stat().st_size, before / 4)

    def test_lists_what_goes(self):
        result = self.done("drop", "-f", flags=["-verbose"])
        for line in ("view looks", "virtual table texts", "table counted", "table schema_migrations"):
            self.assertIn(line, result.err)
        self.assertNotIn("texts_data", result.err)

    def test_nothing_goes_when_one_thing_can_not(self):
        names = self.names()
        other = self.connect()
        other.execute("PRAGMA writable_schema = ON")
        other.execute("INSERT INTO sqlite_master VALUES ('table', 'strange', 'strange', 0,"
                      " 'CREATE VIRTUAL TABLE strange USING nobody_knows()')")
        other.close()
        result = self.fails("drop", "-f")
        self.assertIn("no such module: nobody_knows", result.err)
        self.assertIn("nothing was dropped", result.err)
        self.assertEqual(sorted(self.names()), sorted([*names, "strange"]))

    def test_missing_file_stays_missing_when_it_is_only_looked_at(self):
        self.file.unlink()
        self.fails("drop", input="n\n")
        self.assertFalse(self.file.exists())


if __name__ == "__main__":
    unittest.main()
