# SPDX-License-Identifier: MIT
"""What a file does to its session must not reach the bookkeeping."""

import unittest

from engine import EngineTest

DUMP_HEAD = """SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
"""


class SessionEffects(EngineTest):

    def setUp(self):
        super().setUp()
        self.weak = f"weak_{self.database}"
        self.sql(f"CREATE ROLE {self.weak}; GRANT ALL ON SCHEMA public TO {self.weak};")
        self.addCleanup(self.cluster.sql, self.database, f"DROP OWNED BY {self.weak}; DROP ROLE {self.weak};")

    def owner(self, table):
        return self.value(f"SELECT relowner::regrole FROM pg_class WHERE oid = '{table}'::regclass")

    def test_local_role_without_rights_on_the_version_table(self):
        self.up_files(f"SET LOCAL ROLE {self.weak};\nCREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual((self.owner("a"), self.owner("b")), (self.weak, "postgres"))
        self.assertEqual(self.row(), (2, False))
        self.assertEqual(self.history("version, actor"), [("1", "postgres"), ("2", "postgres")])

    def test_local_role_in_a_file_with_its_own_transaction(self):
        self.up_files(f"BEGIN;\nSET LOCAL ROLE {self.weak};\nCREATE TABLE a (id int);\nCOMMIT;")
        self.done("up")
        self.assertEqual((self.owner("a"), self.row()), (self.weak, (1, False)))

    def test_session_role_without_rights_on_the_version_table(self):
        self.up_files(f"SET ROLE {self.weak};\nCREATE TABLE a (id int);")
        self.done("up")
        self.assertEqual((self.owner("a"), self.row()), (self.weak, (1, False)))

    def test_session_role_of_one_file_does_not_stop_the_bookkeeping_of_the_next(self):
        self.up_files(f"SET ROLE {self.weak};", "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_session_role_in_a_multi_statement_file(self):
        self.up_files(f"SET ROLE {self.weak};\nCREATE TABLE a (id int);")
        self.done("up", url=self.url(**{"x-multi-statement": "true"}))
        self.assertEqual(self.row(), (1, False))

    def test_role_of_the_url_keeps_the_books(self):
        owner = f"owner_{self.database}"
        self.sql(f"CREATE ROLE {owner}; GRANT ALL ON SCHEMA public TO {owner};")
        self.addCleanup(self.cluster.sql, self.database, f"DROP OWNED BY {owner}; DROP ROLE {owner};")
        self.up_files(f"SET LOCAL ROLE {self.weak};\nCREATE TABLE a (id int);")
        self.done("up", url=self.url(role=owner))
        self.assertEqual(self.owner("schema_migrations"), owner)
        self.assertEqual(self.owner("a"), self.weak)

    def test_search_path_of_a_file_does_not_move_the_version_table(self):
        self.up_files("CREATE SCHEMA app;\nSET search_path = app;\nCREATE TABLE a (id int);",
                      "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual(self.row("public.schema_migrations"), (2, False))
        self.assertEqual(self.tables("app"), ["a", "b"])
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname = 'schema_migrations'"), "1")

    def test_search_path_of_a_file_reaches_the_next_one_of_the_same_run_only(self):
        for commands, tables in (((("up",),), (["a", "b"], [])), ((("up", "1"), ("up",)), (["a"], ["b"]))):
            with self.subTest(commands=commands):
                self.sql("DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA app;"
                         " DROP TABLE IF EXISTS b, schema_migrations, schema_migrations_history;")
                self.up_files("SET search_path = app;\nCREATE TABLE a (id int);", "CREATE TABLE b (id int);")
                for command in commands:
                    self.done(*command)
                self.assertEqual((self.tables("app"), self.tables()), tables)

    def test_search_path_set_locally_ends_with_the_file(self):
        self.up_files("CREATE SCHEMA app;\nSET LOCAL search_path = app;\nCREATE TABLE a (id int);",
                      "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual((self.tables("app"), self.tables()), (["a"], ["b"]))

    def test_head_of_a_dump_with_an_empty_search_path(self):
        self.up_files(DUMP_HEAD + "CREATE TABLE public.a (id int);", "CREATE TABLE public.b (id int);")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((2, False), ["a", "b"]))
        self.assertEqual(self.history("version"), [("1",), ("2",)])

    def test_empty_search_path_of_the_database_is_a_clear_error(self):
        self.sql(f"ALTER DATABASE {self.database} SET search_path = '';")
        self.up_files("CREATE TABLE public.a (id int);")
        result = self.fails("up")
        self.assertEqual(result.err.splitlines()[0], "error: no schema")
        self.assertIn("next: ", result.err)

    def test_reset_all(self):
        self.up_files(f"SET LOCAL ROLE {self.weak};\nRESET ALL;\nCREATE TABLE a (id int);",
                      "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((2, False), ["a", "b"]))

    def test_discard_all_alone_in_its_file(self):
        self.up_files("CREATE TABLE a (id int);", "DISCARD ALL;", "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual((self.row(), self.tables()), ((3, False), ["a", "b"]))

    def test_temporary_table_of_our_name_is_not_taken_for_ours(self):
        self.up_files("CREATE TEMP TABLE schema_migrations (version bigint, dirty boolean);",
                      "CREATE TABLE b (id int);")
        self.done("up")
        self.assertEqual(self.row("public.schema_migrations"), (2, False))

    def test_file_may_lock_the_version_table(self):
        self.up_files("SELECT 1;", "LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE;")
        self.done("up")
        self.assertEqual(self.row(), (2, False))

    def test_file_that_drops_the_version_table_is_rolled_back(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);\nDROP TABLE schema_migrations;")

        result = self.fails("up")

        self.assertEqual((self.row(), self.tables()), ((1, False), ["a"]))
        self.assertIn('relation "public.schema_migrations" does not exist', result.err)

    def test_failing_bookkeeping_says_the_state_and_the_next_command(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);\nDROP TABLE schema_migrations;")
        text = self.fails("up").err
        self.assertIn(f"at {self.folder}/2_m2.up.sql", text)
        self.assertIn("nothing of this file was applied", text)
        self.assertIn("next: ", text)

    def test_failing_bookkeeping_after_a_bare_file_says_that_it_is_dirty(self):
        self.sql(f"GRANT CONNECT ON DATABASE {self.database} TO {self.weak};")
        self.up_files("SELECT 1;", "CREATE TABLE b (id int);\nSET SESSION AUTHORIZATION " + self.weak + ";")
        self.done("up", "1")
        text = self.fails("up", url=self.url(**{"x-multi-statement": "true"})).err
        self.assertEqual((self.row(), self.tables()), ((2, True), ["b"]))
        self.assertIn("marked dirty at version 2", text)
        self.assertIn('"migrate up" again', text)

    def test_file_that_moves_the_version_row_is_rolled_back(self):
        self.up_files("CREATE TABLE a (id int);",
                      "CREATE TABLE b (id int);\nUPDATE schema_migrations SET version = 7;")
        self.fails("up")
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a"]))

    def test_settings_of_the_url_hold_in_every_file(self):
        self.up_files("CREATE TABLE a AS SELECT current_setting('work_mem') AS m;")
        self.done("up", url=self.url(work_mem="7MB", application_name="deploy of it"))
        self.assertEqual(self.value("SELECT m FROM a"), "7MB")

    def test_read_only_default_set_by_a_file_is_the_next_files_problem_only(self):
        self.up_files("CREATE TABLE a (id int);\nSET default_transaction_read_only = on;", "CREATE TABLE b (id int);")
        result = self.fails("up")
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a"]))
        self.assertIn("SQLSTATE 25006", result.err)


if __name__ == "__main__":
    unittest.main()
