# SPDX-License-Identifier: MIT
"""What a file does to the version table and to the session does not reach the engine's own writes."""

import unittest

from engine import EngineTest


class FilesThatWriteTheVersionTable(EngineTest):
    """golang-migrate truncates the table before it writes its row, so one row is left there too."""

    def test_row_that_the_first_file_inserts_is_replaced(self):
        table = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
        for row in (20, 1):
            with self.subTest(row=row):
                self.sql("DROP TABLE IF EXISTS schema_migrations, schema_migrations_history, a;")
                self.up_files(f"CREATE TABLE a (id int); {table} INSERT INTO schema_migrations VALUES ({row}, false);")
                self.done("up")
                self.assertEqual(self.row(), (1, False))

    def test_rows_that_a_later_file_inserts_are_removed(self):
        self.up_files("CREATE TABLE a (id int);",
                      "INSERT INTO schema_migrations VALUES (2, false), (7, true); CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_rows_that_a_down_file_inserts_are_removed(self):
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);",
                    "1_a.down.sql": "DROP TABLE a; INSERT INTO schema_migrations VALUES (5, false);"})
        self.done("up")
        self.done("down", "1")
        self.assertEqual(self.row(), None)

    def test_rows_that_a_bare_file_inserts_are_removed(self):
        self.up_files("CREATE TABLE a (id int);",
                      "INSERT INTO schema_migrations VALUES (9, false); CREATE INDEX CONCURRENTLY a_id ON a (id);")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_row_that_a_file_takes_away_is_blamed_on_the_file(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int); DELETE FROM schema_migrations;")
        result = self.fails("up")
        self.assertIn("error: this file, or a trigger, changed the version table", result.err)
        self.assertIn("nothing of this file was applied", result.err)
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a"]))

    def test_trigger_that_keeps_the_row_is_blamed(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.done("up", "1")
        self.sql("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
                 "CREATE TRIGGER keep BEFORE UPDATE ON schema_migrations FOR EACH ROW EXECUTE FUNCTION keep();")
        self.assertIn("a trigger, changed the version table", self.fails("up").err)
        self.assertEqual(self.row(), (1, False))


class TextsThatCantBeStored(EngineTest):

    def test_file_name_that_is_not_utf8_is_kept_as_no_name(self):
        with open(bytes(self.folder) + b"/1_gr\xfc\xdfe.up.sql", "w", encoding="ascii") as file:
            file.write("CREATE TABLE a (id int);")
        self.done("up")
        self.assertEqual(self.history("version, event, name"), [("1", "applied", "")])

    def test_such_a_name_stops_neither_force_nor_adoption_nor_a_file_in_segments(self):
        with open(bytes(self.folder) + b"/1_gr\xfc\xdfe.up.sql", "w", encoding="ascii") as file:
            file.write("CREATE TABLE a (id int);")
        with open(bytes(self.folder) + b"/2_gr\xfc\xdfe.up.sql", "w", encoding="ascii") as file:
            file.write("CREATE TABLE b (id int); CREATE INDEX CONCURRENTLY ON b (id);")
        self.done("force", "1")
        self.sql("UPDATE schema_migrations SET version = 1")
        self.done("up")
        self.assertEqual(self.history("version, event, name"),
                         [("1", "forced", ""), ("1", "adopted", ""), ("2", "applied", "")])

    def test_name_that_the_databases_encoding_lacks_is_kept_as_no_name(self):
        latin = f"{self.database}_latin"
        self.sql(f"CREATE DATABASE {latin} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        self.addCleanup(self.sql, f"DROP DATABASE {latin}")
        self.files({"1_日本.up.sql": "CREATE TABLE a (id int);", "2_日本.up.sql": "CREATE TABLE b (id int);"})
        url = self.url().replace(f"/{self.database}?", f"/{latin}?")
        self.done("force", "1", url=url)
        self.done("up", url=url)
        names = self.cluster.sql(latin, "SELECT version, name FROM schema_migrations_history ORDER BY id")
        self.assertEqual(names, [("1", ""), ("2", "")])


class Encoding(EngineTest):

    def test_encoding_that_a_file_sets_does_not_reach_the_history(self):
        self.files({"1_grüße.up.sql": "SET client_encoding = 'LATIN1'; CREATE TABLE a (id int);",
                    "1_grüße.down.sql": "-- für später\nDROP TABLE a;"})
        self.done("up")
        self.assertEqual(self.history("name, down_sql"), [("grüße", "-- für später\nDROP TABLE a;")])


if __name__ == "__main__":
    unittest.main()
