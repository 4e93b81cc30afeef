# SPDX-License-Identifier: MIT
"""The history beside the version table: what each event's row says, and where both tables lie."""

import getpass
import hashlib
import socket
import unittest

from engine import EngineTest

HISTORY = "schema_migrations_history"


class Rows(EngineTest):

    def test_applied_and_reverted_rows_have_every_column(self):
        up, down = "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n", "\ufeffDROP TABLE a; -- grüße\n"
        self.files({"7_make a.up.sql": up, "7_other.down.sql": down})
        self.sql("CREATE TABLE moments AS SELECT now() AS moment;")

        self.done("up")
        self.done("down", "1")

        columns = ("version, event, direction, leads_to, name, checksum, down_sql, statements_done, statements_total,"
                   " actor, client, error")
        client = f"{getpass.getuser()}@{socket.gethostname()}"

        def digest(text):
            return hashlib.sha256(text.encode()).hexdigest()

        self.assertEqual(self.history(columns), [
            ("7", "applied", "up", "7", "make a", digest(up), down, "2", "2", "postgres", client, None),
            ("7", "reverted", "down", "-1", "other", digest(down), None, "1", "1", "postgres", client, None),
        ])
        self.assertEqual(self.value(f"SELECT bool_and(tool ~ '^aether-migrate \\d+\\.\\d+') FROM {HISTORY}"), "t")
        self.assertEqual(self.value(f"SELECT bool_and(duration_us BETWEEN 1 AND 60000000) FROM {HISTORY}"), "t")
        self.assertEqual(self.value("SELECT bool_and(started_at BETWEEN moment AND now())"
                                    f" FROM {HISTORY}, moments"), "t")

    def test_checksum_is_that_of_the_bytes_on_disk(self):
        contents = {1: b"SELECT 1;", 2: b"\xef\xbb\xbfSELECT 2;\r\n", 3: b"", 4: b"-- only a comment\n",
                    5: b"SELECT 5;\n" * 60000}
        self.files({f"{number}_m.up.sql": content for number, content in contents.items()})
        self.done("up")
        self.assertEqual(self.history("version, checksum"),
                         [(str(number), hashlib.sha256(content).hexdigest()) for number, content in contents.items()])

    def test_missing_halves_have_no_checksum_and_no_down_sql(self):
        self.files({"1_a.up.sql": "SELECT 1;", "2_b.down.sql": "SELECT 2;"})
        self.done("up")
        self.done("down", "2")
        rows = self.history("version, event, checksum IS NULL, down_sql, leads_to")
        self.assertEqual(rows, [("1", "applied", "f", None, "1"), ("2", "applied", "t", "SELECT 2;", "2"),
                                ("2", "reverted", "f", None, "1"), ("1", "reverted", "t", None, "-1")])

    def test_large_down_file_is_not_kept(self):
        self.files({"1_a.up.sql": "SELECT 1;", "1_a.down.sql": "-- " + "x" * 2**20})
        self.done("up")
        self.assertEqual(self.history("version, down_sql"), [("1", None)])

    def test_down_file_as_it_was_when_the_up_file_ran(self):
        self.files({"1_a.up.sql": "SELECT 1;", "1_a.down.sql": "SELECT 'old';\r\n"})
        self.done("up")
        self.files({"1_a.down.sql": "SELECT 'new';"})
        self.assertEqual(self.history(r"down_sql = E'SELECT \'old\';\r\n'"), [("t",)])

    def test_forced_rows_say_what_counts_as_applied(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "CREATE TABLE c (id int);")
        self.done("up", "1")
        self.done("force", "3")
        self.assertEqual(self.history("version, event, direction, leads_to, name, checksum, actor"), [
            ("1", "applied", "up", "1", "m1", self.history("checksum")[0][0], "postgres"),
            ("2", "forced", "up", "3", "m2", None, "postgres"),
            ("3", "forced", "up", "3", "m3", None, "postgres")])
        self.done("force", "1")
        self.assertEqual(self.history()[3:], [("3", "forced", "down", "1"), ("2", "forced", "down", "1"),
                                              ("1", "forced", "up", "1")])

    def test_moves_of_another_tool_are_adopted_at_the_next_write(self):
        self.up_files("SELECT 1;", "SELECT 2;", "SELECT 3;")
        self.done("up", "1")
        self.sql("DELETE FROM schema_migrations; INSERT INTO schema_migrations VALUES (2, false);")
        self.done("up")
        self.assertEqual(self.history(), [("1", "applied", "up", "1"), ("2", "adopted", "up", "2"),
                                          ("3", "applied", "up", "3")])

    def test_database_of_another_tool_is_adopted(self):
        self.sql("CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);"
                 "INSERT INTO schema_migrations VALUES (2, false);")
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "CREATE TABLE c (id int);")
        self.assertEqual(self.done("up").steps(), ["3/u m3"])
        self.assertEqual(self.tables(), ["c"])
        self.assertEqual(self.history(), [("1", "adopted", "up", "2"), ("2", "adopted", "up", "2"),
                                          ("3", "applied", "up", "3")])

    def test_same_version_written_by_another_tool_is_noticed(self):
        self.up_files("SELECT 1;", "SELECT 2;")
        self.done("up", "1")
        self.sql("BEGIN; TRUNCATE schema_migrations; INSERT INTO schema_migrations VALUES (1, false); COMMIT;")
        self.done("up")
        self.assertEqual(self.history("version, event"), [("1", "applied"), ("1", "adopted"), ("2", "applied")])

    def test_version_row_and_history_row_come_from_one_transaction(self):
        self.up_files("SELECT 1;", "DROP TABLE IF EXISTS nothing;", "VACUUM;")
        for _ in range(3):
            self.done("up", "1")
            self.assertEqual(self.value("SELECT v.xmin = h.xmin FROM schema_migrations v,"
                                        f" (SELECT xmin FROM {HISTORY} ORDER BY id DESC LIMIT 1) h"), "t")

    def test_version_table_is_that_of_golang_migrate(self):
        self.up_files("SELECT 1;")
        self.done("up")
        self.assertEqual(
            self.sql("SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns"
                     " WHERE table_name = 'schema_migrations' ORDER BY ordinal_position"),
            [("version", "bigint", "NO", None), ("dirty", "boolean", "NO", None)])
        self.assertEqual(self.sql("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                                  " WHERE conrelid = 'schema_migrations'::regclass AND contype = 'p'"),
                         [("schema_migrations_pkey", "PRIMARY KEY (version)")])

    def test_switched_off_history_makes_no_table_and_misses_nothing_else(self):
        url = self.url(**{"x-history": "false"})
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;"})
        for arguments, row in ((("up",), (1, False)), (("down", "1"), None), (("force", "1"), (1, False))):
            self.done(*arguments, url=url)
            self.assertEqual(self.row(), row)
        self.assertEqual(self.value(f"SELECT to_regclass('{HISTORY}')"), None)


class Places(EngineTest):

    def round_trip(self, table, place, history, **params):
        """Up, again, down and up with a version table of this name."""
        url = self.url(**{"x-migrations-table": table, **params})
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;"})
        self.done("up", url=url)
        self.assertEqual(self.row(place), (1, False))
        self.assertEqual(self.done("up", url=url).err, "no change\n")
        self.assertEqual(self.done("version", url=url).err, "1\n")
        self.done("down", "1", url=url)
        self.assertEqual(self.row(place), None)
        self.done("up", url=url)
        self.assertEqual(self.history("version, event", history),
                         [("1", "applied"), ("1", "reverted"), ("1", "applied")])

    def test_names_that_would_be_dangerous_unquoted(self):
        for name in ('mig"; DROP TABLE precious; --', "app.mig", "my migrations", "x'y", "a;b", "Mixed", "%s %I", "$1",
                     "select", "\\", "😀"):
            with self.subTest(name=name):
                quoted = '"' + name.replace('"', '""') + '"'
                history = '"' + name.replace('"', '""') + '_history"'
                self.sql("CREATE TABLE IF NOT EXISTS precious (); DROP TABLE IF EXISTS a;")
                self.round_trip(name, quoted, history)
                self.assertIn("precious", self.tables())

    def test_names_as_long_as_the_server_allows(self):
        for name in ("m" * 55, "m" * 56, "m" * 63, "ü" * 31, "日" * 21, "😀" * 15 + "ab"):
            with self.subTest(name=name):
                self.sql("DROP TABLE IF EXISTS a;")
                tables = {name for (name,) in self.sql("SELECT relname FROM pg_class WHERE relkind = 'r'")}
                url = self.url(**{"x-migrations-table": name})
                self.files({"1_a.up.sql": "CREATE TABLE a (id int);"})
                self.done("up", url=url)
                self.assertEqual(self.row(f'"{name}"'), (1, False))
                new = {n for (n,) in self.sql("SELECT relname FROM pg_class WHERE relkind = 'r'")} - tables
                self.assertEqual(len(new - {"a", name}), 1, new)
                (history,) = new - {"a", name}
                self.assertTrue(history.endswith("_history"), history)
                self.assertEqual(self.done("up", url=url).err, "no change\n")

    def test_two_long_names_have_two_histories(self):
        self.files({"1_a.up.sql": "CREATE TABLE IF NOT EXISTS a (id int);"})
        for last in "xy":
            self.done("up", url=self.url(**{"x-migrations-table": "m" * 60 + last}))
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '_history$'"), "2")

    def test_name_beyond_the_limit_is_cut_as_the_server_does_or_refused(self):
        url = self.url(**{"x-migrations-table": "m" * 70})
        self.up_files("CREATE TABLE IF NOT EXISTS a (id int); INSERT INTO a VALUES (1);", "SELECT 2;")
        result = self.migrate("up", url=url)
        if result.code != 0:
            self.assertIn("63", result.err)
            self.assertEqual(self.tables(), [])
            return
        self.assertEqual(self.migrate("up", url=url).err, "no change\n")
        self.assertEqual(self.row('"' + "m" * 63 + '"'), (2, False))
        self.assertEqual(self.value("SELECT count(*) FROM a"), "1")

    def test_quoted_table_in_another_schema(self):
        for schema in ("mig", "odd; .schema", "Übung"):
            with self.subTest(schema=schema):
                self.sql(f'CREATE SCHEMA "{schema}"; DROP TABLE IF EXISTS a;')
                place = f'"{schema}"."Versions"'
                self.round_trip(place, place, f'"{schema}"."Versions_history"', **{"x-migrations-table-quoted": "true"})
                self.assertEqual((self.row(), self.tables()), ("absent", ["a"]))

    def test_quoted_table_in_a_schema_that_is_missing(self):
        self.up_files("CREATE TABLE a (id int);")
        result = self.fails("up", url=self.url(**{"x-migrations-table": '"gone"."versions"',
                                                  "x-migrations-table-quoted": "1"}))
        self.assertIn('schema "gone" does not exist', result.err)
        self.assertEqual(self.tables(), [])

    def test_search_path_of_the_url_chooses_the_schema(self):
        self.sql("CREATE SCHEMA app;")
        self.up_files("CREATE TABLE a (id int);")
        self.done("up", url=self.url(search_path="app"))
        self.assertEqual(self.row("app.schema_migrations"), (1, False))
        self.assertEqual((self.row(), self.tables("app")), ("absent", ["a"]))

    def test_view_in_the_place_of_the_version_table_is_refused(self):
        self.sql("CREATE VIEW schema_migrations AS SELECT 1::bigint AS version, false AS dirty;")
        self.up_files("SELECT 1;", "SELECT 2;")
        self.assertIn("is a view", self.fails("up").err)


if __name__ == "__main__":
    unittest.main()
