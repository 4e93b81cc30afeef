# SPDX-License-Identifier: MIT
"""The twelve steps by which SQLite's documentation changes a table, and PRAGMAs that no transaction takes."""

import unittest

from sqlite_engine import SqliteTest

BEFORE = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, name text);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1, 'a'), (2, 'b');
INSERT INTO child VALUES (10, 1), (20, 2);
"""
STEPS = """
CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name text NOT NULL);
INSERT INTO new_parent SELECT id, name FROM parent;
DROP TABLE parent;
ALTER TABLE new_parent RENAME TO parent;
PRAGMA foreign_key_check;
"""
PLAIN = f"PRAGMA foreign_keys=OFF;\n{STEPS}PRAGMA foreign_keys=ON;\n"
OWN_BLOCK = f"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n{STEPS}COMMIT;\nPRAGMA foreign_keys=ON;\n"


class Rebuild(SqliteTest):

    def setUp(self):
        super().setUp()
        self.enforced = self.url("_foreign_keys=1")

    def check_rebuilt(self, text):
        self.up_files(BEFORE, text)
        self.done("up", url=self.enforced)
        self.assertEqual(self.row(), (2, 0))
        self.assertEqual(self.sql("SELECT id, parent_id FROM child ORDER BY id"), [(10, 1), (20, 2)])
        self.assertIn("NOT NULL", self.value("SELECT sql FROM sqlite_master WHERE name = 'parent'"))

    def test_without_a_block_of_its_own(self):
        self.check_rebuilt(PLAIN)

    def test_with_its_own_block(self):
        self.check_rebuilt(OWN_BLOCK)

    def test_is_never_dirty(self):
        self.up_files(BEFORE, PLAIN)
        self.done("up", url=self.enforced)
        self.assertEqual(self.sql("SELECT name FROM sqlite_master WHERE name LIKE '%journal'"), [])

    def test_without_the_pragma_the_cascade_empties_the_child(self):
        self.up_files(BEFORE, STEPS)
        self.done("up", url=self.enforced)
        self.assertEqual(self.sql("SELECT count(*) FROM child"), [(0,)])

    def check_undone(self, text):
        self.up_files(BEFORE, text)
        result = self.fails("up", url=self.enforced)
        self.assertEqual(self.row(), (1, 0))
        self.assertEqual(self.sql("SELECT count(*) FROM child"), [(2,)])
        self.assertEqual(self.tables(), ["child", "parent"])
        self.assertIn("version 1, clean: nothing of this file was applied", result.err)
        return result

    def test_failure_in_the_middle_leaves_no_trace(self):
        for text in (PLAIN, OWN_BLOCK):
            with self.subTest(text):
                self.tearDown()
                self.setUp()
                result = self.check_undone(text.replace("ALTER TABLE new_parent", "ALTER TABLE nobody"))
                self.assertIn("no such table: nobody", result.err)

    def test_violations_fail_the_file(self):
        result = self.check_undone(PLAIN.replace("FROM parent;", "FROM parent WHERE id = 1;"))
        self.assertIn("foreign_key_check found 1 violation", result.err)
        self.assertIn("row 20 of child refers to a row of parent that is not there", result.err)

    def test_setting_reaches_the_next_file(self):
        self.up_files(BEFORE, "PRAGMA foreign_keys=ON;", "DELETE FROM parent WHERE id = 1;")
        self.done("up")
        self.assertEqual(self.sql("SELECT count(*) FROM child"), [(1,)])


class NotInTransactions(SqliteTest):

    def test_vacuum_between_others(self):
        self.up_files("CREATE TABLE a (i);\nVACUUM;\nCREATE TABLE b (i);\n")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["a", "b"]))
        self.assertEqual(self.sql("SELECT count(*) FROM schema_migrations_journal"), [(0,)])

    def test_journal_mode_stays(self):
        self.up_files("PRAGMA journal_mode = WAL;\nCREATE TABLE a (i);\n")
        self.done("up")
        self.assertEqual((self.value("PRAGMA journal_mode"), self.row()), ("wal", (1, 0)))

    def test_page_size_by_vacuum(self):
        self.up_files("PRAGMA page_size = 8192;\nVACUUM;\n")
        self.done("up")
        self.assertEqual(self.value("PRAGMA page_size"), 8192)

    def test_synchronous_and_temp_store(self):
        self.up_files("PRAGMA synchronous = OFF;\nPRAGMA temp_store = MEMORY;\nCREATE TABLE a (i);\n")
        self.done("up")
        self.assertEqual(self.tables(), ["a"])

    def test_attached_database(self):
        other = self.place / "other.db"
        self.sql("CREATE TABLE src (i)", file=other)
        self.sql("INSERT INTO src VALUES (7)", file=other)
        self.up_files(f"ATTACH '{other}' AS o;\nCREATE TABLE a AS SELECT * FROM o.src;\nDETACH o;\n")
        self.done("up")
        self.assertEqual((self.sql("SELECT i FROM a"), self.row()), ([(7,)], (1, 0)))

    def test_failure_after_vacuum_goes_on_there(self):
        self.up_files("CREATE TABLE a (i);\nPRAGMA cache_size = 77;\nVACUUM;\nINSERT INTO b VALUES (1);\n")
        result = self.fails("up")
        self.assertIn("the first 3 of the 4 statements of this file are applied", result.err)
        self.assertEqual(self.row(), (1, 1))

        self.up_files("CREATE TABLE a (i);\nPRAGMA cache_size = 77;\nVACUUM;\nCREATE TABLE b (i);\nINSERT INTO b VALUES (1);\n")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((1, 0), ["a", "b"]))

    def test_each_statement_by_itself_with_no_tx_wrap(self):
        self.up_files("CREATE TABLE a (i);\nBEGIN;\nCREATE TABLE b (i);\nCOMMIT;\nVACUUM;\nnonsense;\n")
        self.fails("up", url=self.url("x-no-tx-wrap=true"))
        self.assertEqual((self.row(), self.tables()), ((1, 1), ["a", "b"]))

    def test_bad_no_tx_wrap(self):
        self.up_files("SELECT 1;")
        self.assertIn('x-no-tx-wrap: strconv.ParseBool: parsing "yes": invalid syntax',
                      self.fails("up", url=self.url("x-no-tx-wrap=yes")).err)


if __name__ == "__main__":
    unittest.main()
