# SPDX-License-Identifier: MIT
"""A transactional file that fails leaves nothing behind, and the message shows the place."""

import unittest

from engine import EngineTest

FIRST = "CREATE TABLE one (id int PRIMARY KEY, n int NOT NULL);\nINSERT INTO one VALUES (1, 1);\n"


class Rollback(EngineTest):

    def fails_cleanly(self, body, arguments=("up",)):
        """Applies FIRST, then a file 2 with this body: it must fail without a trace. Returns the message."""
        if self.row() == "absent":
            self.files({"1_first.up.sql": FIRST})
            self.done("up")
        before = self.schema(), self.sql("TABLE one"), self.row(), self.history()
        self.files({"2_second.up.sql": body})

        result = self.fails(*arguments)

        self.assertEqual((self.schema(), self.sql("TABLE one"), self.row(), self.history()), before)
        self.assertEqual(self.row(), (1, False))
        self.assertEqual(result.steps(), [])
        return result.err

    def place(self, line, column):
        return f"{self.folder}/2_second.up.sql:{line}:{column}"

    def test_failure_in_any_statement_changes_nothing(self):
        statements = ["CREATE TABLE a (id int)", "INSERT INTO one VALUES (2, 2)", "CREATE TYPE mood AS ENUM ('x')",
                      "ALTER TABLE one ADD COLUMN extra text", "CREATE INDEX one_n ON one (n)"]
        for failing in (0, 2, 5):
            with self.subTest(statement=failing + 1):
                body = statements[:failing] + ["SELECT 1/0"] + statements[failing + 1:]
                text = self.fails_cleanly(";\n".join(body) + ";\n")
                # Division by zero comes without a position.
                self.assertIn(f"  at {self.place(failing + 1, 1)}\n", text)
                self.assertIn("  SQLSTATE 22012\n", text)

    def test_message_has_place_excerpt_state_and_next_command(self):
        text = self.fails_cleanly("-- second\nCREATE TABLE b (id int);\nCREATE TABEL c (id int);\n")

        self.assertEqual(text.splitlines(), [
            'error: migration failed: syntax error at or near "TABEL" (column 8) in line 3: '
            'CREATE TABEL c (id int); (details: pq: syntax error at or near "TABEL")',
            f"  at {self.place(3, 8)}",
            "  3 | CREATE TABEL c (id int);",
            "    |        ^",
            "  SQLSTATE 42601",
            "  state: the database is at version 1, clean: nothing of this file was applied",
            '  next: mend 2_second.up.sql, then "migrate up" again',
        ])

    def test_servers_detail_and_hint_are_shown(self):
        text = self.fails_cleanly("INSERT INTO one VALUES (1, 5);\n")
        self.assertIn("SQLSTATE 23505\n", text)
        self.assertIn("  detail: Key (id)=(1) already exists.\n", text)

        text = self.fails_cleanly("SELECT nn FROM one;\n")
        self.assertIn('  hint: Perhaps you meant to reference the column "one.n".\n', text)
        self.assertIn(f"  at {self.place(1, 8)}\n", text)

    def test_pgx_schemes_show_the_error_in_their_own_style(self):
        self.up_files("CREATE TABEL c (id int);")
        for scheme in ("pgx", "pgx4", "pgx5"):
            result = self.fails("up", url=self.url(scheme))
            self.assertIn('(details: ERROR: syntax error at or near "TABEL" (SQLSTATE 42601))\n', result.err)

    def test_first_file_of_an_empty_database_leaves_not_even_our_tables(self):
        before = self.schema()
        self.up_files("CREATE TABLE a (id int); SELECT nothing;")

        result = self.fails("up")

        self.assertEqual(self.schema(), before)
        self.assertEqual(self.row(), "absent")
        self.assertIn("state: the database is at no version, clean", result.err)

    def test_files_before_the_failing_one_stay(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);", "CREATE TABLE c (id int); oops;",
                      "CREATE TABLE d (id int);")

        result = self.fails("up")

        self.assertEqual(result.steps(), ["1/u m1", "2/u m2"])
        self.assertEqual(self.tables(), ["a", "b"])
        self.assertEqual(self.row(), (2, False))
        self.assertEqual(self.history("version"), [("1",), ("2",)])

    def test_failing_down_leaves_the_version_it_came_from(self):
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;\nDROP TABLE a;\n"})
        self.done("up")

        result = self.fails("down", "1")

        self.assertEqual(self.tables(), ["a"])
        self.assertEqual(self.row(), (1, False))
        self.assertIn(f"at {self.folder}/1_a.down.sql:2:1\n", result.err)
        self.assertIn('next: mend 1_a.down.sql, then "migrate down 1" again', result.err)

    def test_next_command_does_what_is_left_and_no_more(self):
        self.files({"1_a.up.sql": "CREATE TABLE a (id int);", "1_a.down.sql": "DROP TABLE a;",
                    "2_b.up.sql": "CREATE TABLE b (id int);", "2_b.down.sql": "DROP TABLE b;\nDROP TABLE b;\n",
                    "3_c.up.sql": "CREATE TABLE c (id int);", "3_c.down.sql": "DROP TABLE c;",
                    "4_d.up.sql": "SELECT missing;", "5_e.up.sql": "SELECT 1;"})
        for arguments, command in ((["up", "5"], "up 2"), (["goto", "4"], "goto 4"), (["down", "2"], "down 1"),
                                   (["down", "-all"], "down"), (["goto", "1"], "goto 1"), (["up"], "up")):
            with self.subTest(arguments=arguments):
                self.assertIn(f'then "migrate {command}" again', self.fails(*arguments).err)
                self.migrate("goto", "3")

    def test_deferred_constraint_that_fails_at_commit_changes_nothing(self):
        text = self.fails_cleanly(
            "CREATE TABLE child (one int REFERENCES one DEFERRABLE INITIALLY DEFERRED);\n"
            "INSERT INTO child VALUES (99);\n")

        self.assertIn('violates foreign key constraint "child_one_fkey"', text)
        self.assertIn("at COMMIT", text.splitlines()[0])
        self.assertNotIn("line 0", text)
        self.assertIn(f"at {self.folder}/2_second.up.sql\n", text)
        self.assertIn("SQLSTATE 23503\n", text)
        self.assertIn('detail: Key (one)=(99) is not present in table "one".\n', text)
        self.assertIn("nothing of this file was applied\n", text)
        self.assertIn('next: mend 2_second.up.sql, then "migrate up" again', text)

    def test_password_of_the_failing_statement_is_not_shown(self):
        text = self.fails_cleanly("ALTER ROLE nobody_of_this_name PASSWORD 's3cret';\n")
        self.assertIn("ALTER ROLE nobody_of_this_name PASSWORD 'xxxxx'", text)
        self.assertNotIn("s3cret", text)

    def test_no_way_to_write_a_password_shows_it(self):
        for body in ("ALTER ROLE nobody PASSWORD E'hunter2';",
                     "ALTER ROLE nobody PASSWORD $x$hunter2$x$;",
                     "ALTER ROLE postgres PASSWORD\n'hunter2' BROKEN;",
                     "ALTER ROLE postgres PASSWORD -- not\n  -- here:\n'one\nhunter2' BROKEN;",
                     "DO 'BEGIN EXECUTE ''ALTER ROLE nobody PASSWORD ''''hunter2''''''; END';",
                     "DO $$BEGIN EXECUTE format('ALTER ROLE nobody PASSWORD %L', 'hunter2'); END$$;",
                     "DO $$BEGIN RAISE NOTICE 'password=hunter2'; RAISE EXCEPTION 'at postgres://bob:hunter2@h/d'\n"
                     "USING DETAIL = 'secret: ''hunter2''', HINT = 'token=hunter2'; END$$;",
                     "ALTER ROLE a PASSWORD 'hunter2'; COPY t FROM STDIN;"):
            with self.subTest(body=body):
                self.up_files("SELECT 1;", body)
                text = self.fails("up", flags=("-verbose",)).err
                self.assertIn("2_", text)
                self.assertNotIn("hunter2", text)
                self.assertIn("xxxxx", text)

    def test_columns_count_characters_after_multi_byte_text(self):
        text = self.fails_cleanly("/* grüße 日本語 😀 */ SELECT 'äöü', missing;\n")

        self.assertIn(f"at {self.place(1, 33)}\n", text)
        line, caret = text.splitlines()[2:4]
        self.assertEqual(line, "  1 | /* grüße 日本語 😀 */ SELECT 'äöü', missing;")
        self.assertEqual(caret.strip("| "), "^")

    def test_lines_and_columns_are_right_with_carriage_returns(self):
        text = self.fails_cleanly("CREATE TABLE b (id int);\r\n\r\n-- ü\r\nSELECT 1,\r\n  missing;\r\n")

        self.assertIn(f"at {self.place(5, 3)}\n", text)
        self.assertNotIn("\r", text)

    def test_byte_order_mark_is_stripped_and_does_not_count(self):
        text = self.fails_cleanly("\ufeffSELECT missing;\n")
        self.assertIn(f"at {self.place(1, 8)}\n", text)

        self.files({"2_second.up.sql": "\ufeffCREATE TABLE b (id int);\n"})
        self.done("up")
        self.assertEqual(self.tables(), ["b", "one"])

    def test_carriage_returns_inside_strings_reach_the_database(self):
        self.up_files("CREATE TABLE t AS\r\nSELECT 'a\r\nb' AS x;\r\n")
        self.done("up")
        self.assertEqual(self.value("SELECT x = E'a\\r\\nb' FROM t"), "t")

    def test_statement_without_a_position_is_named_by_its_line(self):
        text = self.fails_cleanly("CREATE TABLE b (id int);\n\n/* a\n comment */\n"
                                  "CREATE TABLE c (id int); CREATE TABLE one (id int);\nSELECT 1;\n")

        self.assertIn('relation "one" already exists', text)
        self.assertIn(f"at {self.place(5, 26)}\n", text)
        self.assertIn(": CREATE TABLE one (id int); (details:", text)

    def test_end_of_input_is_pointed_at(self):
        text = self.fails_cleanly("SELECT 1;\nSELECT (1\n")
        self.assertIn("syntax error at end of input", text)
        self.assertIn("/2_second.up.sql:", text)

    def test_failure_far_into_a_long_file_has_its_own_line(self):
        lines = 12000
        body = "".join(f"INSERT INTO one VALUES ({n}, {n}); -- {'é' * 30}\n" for n in range(2, lines))
        text = self.fails_cleanly(body + "SELECT\n   missing;\n")

        self.assertGreater(len(body), 3 * 2**18)
        self.assertIn(f"at {self.place(lines, 4)}\n", text)
        self.assertIn(f"{lines} |    missing;", text)

    def test_error_inside_a_function_shows_its_context(self):
        text = self.fails_cleanly(
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n    RETURN 1 / 0;\nEND\n$$;\n\n"
            "SELECT f();\n")

        self.assertIn(f"at {self.place(7, 1)}\n", text)
        self.assertIn("\n  context: ", text)
        self.assertIn("PL/pgSQL function f() line 3 at RETURN\n", text)

    def test_raised_error_keeps_its_own_state_detail_and_hint(self):
        text = self.fails_cleanly("DO $$ BEGIN\n  RAISE EXCEPTION 'not yet' USING ERRCODE = 'AE001', DETAIL = 'two\n"
                                  "lines', HINT = 'wait';\nEND $$;\n")

        self.assertIn("migration failed: not yet", text)
        self.assertIn("SQLSTATE AE001\n", text)
        self.assertIn("detail: two\n  lines\n", text)
        self.assertIn("hint: wait\n", text)

    def test_mended_file_then_runs(self):
        self.fails_cleanly("CREATE TABLE b (id int);\nCREATE TABEL c (id int);\n")
        self.files({"2_second.up.sql": "CREATE TABLE b (id int);\nCREATE TABLE c (id int);\n"})

        self.assertEqual(self.done("up").steps(), ["2/u second"])

        self.assertEqual(self.row(), (2, False))
        self.assertEqual(self.tables(), ["b", "c", "one"])


if __name__ == "__main__":
    unittest.main()
