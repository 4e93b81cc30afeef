# SPDX-License-Identifier: MIT
"""Looking costs one query: no lock, no table, no right beyond reading the version table."""

import re
import unittest

from engine import EngineTest

LOGGED = re.compile(r"(?:statement|execute [^:]+): (.*)")


class Looking(EngineTest):

    def setUp(self):
        super().setUp()
        self.sql(f"ALTER DATABASE {self.database} SET log_statement = 'all';")

    def role(self, name):
        """A role of this test's own, removed after it."""
        role = f"{name}_{self.database}"
        self.sql(f"CREATE ROLE {role} LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
                 f" GRANT USAGE ON SCHEMA public TO {role};")
        self.addCleanup(self.cluster.sql, self.database, f"DROP OWNED BY {role}; DROP ROLE {role};")
        return role

    def statements_of(self, *arguments, user="postgres", code=0, **params):
        """What the server was asked by one command, by the server's own log; and the command's end."""
        name = f"app{self.id().rsplit('.', 1)[1][5:30]}"
        url = self.url(user=user, application_name=name, **params)
        start = len(self.cluster.log_text())
        result = self.migrate(*arguments, url=url)
        self.assertEqual(result.code, code, result.err)
        found = []
        for line in self.cluster.log_text()[start:].splitlines():
            match = LOGGED.search(line)
            if match and f"@{self.database}/{name} " in line:
                found.append(match[1])
        return found, result

    def assert_one_query(self, statements):
        self.assertEqual(len(statements), 1, statements)
        self.assertRegex(statements[0], "^(WITH|SELECT|\\s*$)")

    def test_up_to_date_database_is_asked_one_query(self):
        self.up_files("CREATE TABLE a (id int);", "CREATE TABLE b (id int);")
        self.done("up")
        for arguments in (("up",), ("goto", "2"), ("version",)):
            with self.subTest(arguments=arguments):
                statements, _ = self.statements_of(*arguments)
                self.assert_one_query(statements)

    def test_up_to_date_database_without_history_is_asked_one_query(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up", url=self.url(**{"x-history": "false"}))
        statements, result = self.statements_of("up", **{"x-history": "false"})
        self.assert_one_query(statements)
        self.assertEqual(result.err, "no change\n")

    def test_looking_takes_no_transaction_id(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        before = self.value("SELECT txid_snapshot_xmax(txid_current_snapshot())")
        self.done("up")
        self.done("version")
        self.assertEqual(self.value("SELECT txid_snapshot_xmax(txid_current_snapshot())"), before)

    def test_version_of_an_empty_database_makes_nothing(self):
        before = self.schema()
        statements, result = self.statements_of("version", code=1)
        self.assert_one_query(statements)
        self.assertEqual(result.err, "error: no migration\n")
        self.assertEqual(self.schema(), before)
        self.assertEqual(self.row(), "absent")

    def test_down_of_an_empty_database_makes_nothing(self):
        self.up_files("SELECT 1;")
        statements, result = self.statements_of("down", "-all")
        self.assert_one_query(statements)
        self.assertEqual((result.err, self.row()), ("no change\n", "absent"))

    def test_reading_right_alone_is_enough(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        reader = self.role("reader")
        self.sql(f"GRANT SELECT ON schema_migrations TO {reader};")
        for arguments, text in ((("version",), "1\n"), (("up",), "no change\n"), (("goto", "1"), "no change\n")):
            with self.subTest(arguments=arguments):
                statements, result = self.statements_of(*arguments, user=reader)
                self.assertEqual(result.err, text)
                self.assert_one_query(statements)

    def test_no_right_at_all_is_said_with_the_remedy(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        stranger = self.role("stranger")
        for arguments in (("version",), ("up",)):
            result = self.fails(*arguments, url=self.url(user=stranger))
            self.assertIn("permission denied for the version table", result.err)
            self.assertIn(f"GRANT SELECT on it to the role {stranger}", result.err)

    def test_schema_that_the_role_may_not_use_is_not_taken_for_an_empty_one(self):
        self.sql('CREATE SCHEMA adm;')
        self.up_files("CREATE TABLE a (id int);")
        table = {"x-migrations-table": '"adm"."versions"', "x-migrations-table-quoted": "1"}
        self.done("up", url=self.url(**table))
        stranger = self.role("stranger")
        for arguments in (("version",), ("up",), ("force", "1")):
            with self.subTest(arguments=arguments):
                result = self.fails(*arguments, url=self.url(user=stranger, **table))
                self.assertIn("error: permission denied for schema adm\n", result.err)
                self.assertIn(f"GRANT USAGE on it to the role {stranger}", result.err)

    def test_schema_that_is_missing_is_not_taken_for_an_empty_one(self):
        self.assertIn("error: no schema\n", self.fails("version", url=self.url(search_path="nope")).err)
        table = {"x-migrations-table": '"nope"."versions"', "x-migrations-table-quoted": "1"}
        self.assertEqual(self.fails("version", url=self.url(**table)).err, 'error: schema "nope" does not exist\n')

    def test_damaged_history_is_blamed_on_the_history(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        self.sql("UPDATE schema_migrations_history SET applied = 'many'")
        for arguments in (("version",), ("up",)):
            result = self.fails(*arguments)
            self.assertIn("error: the history's last row is damaged", result.err)
            self.assertIn("x-history=false", result.err)
        self.assertEqual(self.done("version", url=self.url(**{"x-history": "false"})).err, "1\n")

    def test_up_without_the_right_to_write_names_what_is_missing(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        reader = self.role("reader")
        self.sql(f"GRANT SELECT ON schema_migrations TO {reader};")
        self.up_files("CREATE TABLE a (id int);", "SELECT 2;")

        result = self.fails("up", url=self.url(user=reader))

        self.assertIn("permission denied", result.err)
        self.assertEqual((self.row(), self.history("version")), ((1, False), [("1",)]))

    def test_role_without_create_on_the_schema(self):
        stranger = self.role("stranger")
        self.up_files("SELECT 1;")
        self.assertEqual(self.fails("version", url=self.url(user=stranger)).err, "error: no migration\n")
        result = self.fails("up", url=self.url(user=stranger))
        self.assertIn("permission denied for schema public", result.err)
        self.assertIn(f"hint: GRANT CREATE ON SCHEMA public TO {stranger}", result.err)
        self.assertNotIn("duration_us", result.err)
        self.assertEqual(self.row(), "absent")

    def test_role_that_may_only_write_the_two_tables_can_migrate(self):
        self.up_files("SELECT 1;")
        self.done("up")
        worker = self.role("worker")
        self.sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON schema_migrations TO {worker};"
                 f"GRANT SELECT, INSERT ON schema_migrations_history TO {worker};")
        self.up_files("SELECT 1;", "SELECT 2;")
        self.done("up", url=self.url(user=worker))
        self.done("down", "1", url=self.url(user=worker))
        self.assertEqual(self.history("version, event, actor")[1:],
                         [("2", "applied", worker), ("2", "reverted", worker)])

    def test_read_only_session_can_look_but_not_migrate(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        url = self.url(default_transaction_read_only="on")
        self.assertEqual(self.done("version", url=url).err, "1\n")
        self.assertEqual(self.done("up", url=url).err, "no change\n")
        self.up_files("CREATE TABLE a (id int);", "SELECT 2;")
        for arguments in (("up",), ("force", "2"), ("drop", "-f"), ("down", "1")):
            with self.subTest(arguments=arguments):
                result = self.fails(*arguments, url=url)
                self.assertIn("this session can only read", result.err)
                self.assertIn("next: ", result.err)
        self.assertEqual((self.row(), self.tables()), ((1, False), ["a"]))

    def test_read_only_session_looks_at_an_empty_database(self):
        url = self.url(default_transaction_read_only="on")
        self.assertEqual(self.fails("version", url=url).err, "error: no migration\n")

    def test_standby_can_be_looked_at_but_not_migrated(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        marker = self.cluster.data / "standby.signal"
        self.cluster.stop()
        marker.touch()
        try:
            self.cluster.start()
            self.assertEqual(self.done("version").err, "1\n")
            self.assertEqual(self.done("up").err, "no change\n")
            self.up_files("CREATE TABLE a (id int);", "SELECT 2;")
            self.assertIn("this session can only read", self.fails("up").err)
        finally:
            self.cluster.stop()
            marker.unlink()
            self.cluster.start()
        self.assertEqual(self.done("up").steps(), ["2/u m2"])

    def test_drop_shows_its_plan_without_a_write_before_the_question(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        before = self.value("SELECT txid_snapshot_xmax(txid_current_snapshot())")
        statements, result = self.statements_of("drop", code=1)
        self.assertTrue(all(re.match(r"\s*(WITH|SELECT|BEGIN|SET LOCAL|ROLLBACK|$)", text) for text in statements), statements)
        self.assertIn("Aborted dropping the entire database schema", result.err)
        self.assertEqual(self.value("SELECT txid_snapshot_xmax(txid_current_snapshot())"), before)

    def test_transactional_migrations_need_few_statements(self):
        self.up_files(*(f"CREATE TABLE t{n} (id int);" for n in range(1, 11)))
        self.done("up", "1")
        statements, _ = self.statements_of("up")
        self.assertEqual(sum(text == "COMMIT" for text in statements), 9, statements)
        self.assertFalse([text for text in statements if text.startswith("CREATE TABLE IF NOT EXISTS")])


if __name__ == "__main__":
    unittest.main()
