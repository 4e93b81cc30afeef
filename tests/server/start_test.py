# SPDX-License-Identifier: MIT
"""What Aether's server does between its start and its first answer."""

import socket
import unittest

from serving import MIGRATIONS, Database, MigratedDatabase, ServerTest, folder_with, migrate, new_folder


class StartTest(ServerTest):
    def statements(self, database):
        """What the server's log shows of statements in this database."""
        return [line for line in database.cluster.log_text().splitlines()
                if f"@{database.name}/" in line and (" statement: " in line or " execute " in line)]

    def test_an_empty_database_is_migrated_by_the_files_inside_the_program(self):
        database = Database()

        made = self.server(database.url).serve()

        self.assertEqual(database.version(), (42, False))
        self.assertEqual(made.wait_for("schema_ready")["applied"], 42)
        self.assertEqual([record["version"] for record in made.records("step_finished")], list(range(1, 43)))

    def test_an_up_to_date_database_costs_one_query(self):
        database = MigratedDatabase()
        database.sql(f"ALTER DATABASE {database.name} SET log_statement = 'all'")

        self.server(database.url).serve()

        self.assertEqual(len(self.statements(database)), 1, "\n".join(self.statements(database)))

    def test_a_directory_takes_the_place_of_the_files_inside(self):
        database = MigratedDatabase()

        made = self.server(database.url, MIGRATIONS_PATH=folder_with("CREATE TABLE more ();\n")).serve()

        self.assertEqual(made.ask("/ready").json["version"], 43)

    def test_a_directory_with_a_gap_or_half_a_pair_is_refused_before_the_database_is_asked(self):
        half = folder_with("SELECT 1;\n")
        (half / "000043_more.down.sql").unlink()
        gap = folder_with("SELECT 1;\n", number=44)
        for folder, fault in ((half, "its other half, 000043_more.down.sql, is missing"),
                              (gap, "version 43 before it is missing"), (new_folder(), "no migrations in"),
                              (new_folder() / "none", "file does not exist")):
            with self.subTest(folder=folder):
                made = self.server("postgres://nobody@127.0.0.1:1/none", MIGRATIONS_PATH=folder)
                self.assert_refused(made, fault)

    def test_a_taken_port_changes_nothing(self):
        database = Database()
        with socket.create_server(("127.0.0.1", 0)) as taken:
            made = self.server(database.url, PORT=taken.getsockname()[1])
            self.assert_refused(made, "can't listen on 127.0.0.1 port")

        self.assertEqual(database.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"), [])

    def test_a_server_without_pgvector_is_refused_before_anything_changes(self):
        database = Database("15")

        self.assert_refused(self.server(database.url), "pgvector is not installed.*postgresql-15-pgvector")

        self.assertEqual(database.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"), [])

    def test_without_pgvector_the_migrations_before_it_can_be_served(self):
        database = Database("15")
        folder = new_folder()
        for path in sorted(MIGRATIONS.iterdir())[:62]:
            (folder / path.name).write_text(path.read_text())

        made = self.server(database.url, MIGRATIONS_PATH=folder).serve()

        self.assertEqual(made.ask("/ready").json["version"], 31)

    def test_a_failing_migration_ends_the_start_and_leaves_nothing(self):
        database = MigratedDatabase()
        made = self.server(database.url, MIGRATIONS_PATH=folder_with("CREATE TABLE more ();\nSELECT 1 / 0;\n"))

        record = self.assert_refused(made, "division by zero")

        self.assertEqual(record["code"], "migration_failed")
        self.assertEqual(database.version(), (42, False))
        self.assertEqual(database.sql("SELECT to_regclass('more')"), [(None,)])

    def test_a_dirty_database_is_not_served(self):
        database = MigratedDatabase()
        database.sql("UPDATE schema_migrations SET dirty = true")

        self.assert_refused(self.server(database.url), "Dirty database version 42. Fix and force version.")

    def test_a_database_that_is_ahead_is_served_with_a_warning(self):
        database = MigratedDatabase()
        self.assert_done(migrate(database.url, "up", path=folder_with("CREATE TABLE more ();\n")))

        made = self.server(database.url).serve()

        self.assertEqual(made.ask("/ready").status, 200)
        self.assertEqual(made.ask("/schema").json["standing"], "ahead")
        self.assertEqual(len(made.records("warning")), 1)

    def test_a_database_that_comes_later_is_waited_for(self):
        database = MigratedDatabase()
        name = database.name
        database.cluster.sql("postgres", f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        database.cluster.sql("postgres", "CREATE ROLE late LOGIN")
        self.addCleanup(database.sql, "DROP OWNED BY late; DROP ROLE late")
        database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO late")

        made = self.server(database.url.replace("postgres@", "late@")).start()
        made.wait_for("waiting_for_database")
        database.cluster.sql("postgres", f"ALTER DATABASE {name} CONNECTION LIMIT -1")

        made.wait_for("serving")

    def test_one_that_verifies_refuses_what_is_missing_and_writes_nothing(self):
        database = MigratedDatabase()
        folder = folder_with("CREATE TABLE more ();\n")

        made = self.server(database.url, MIGRATIONS_PATH=folder, MIGRATIONS_AT_START="verify")

        self.assertEqual(self.assert_refused(made, "43")["code"], "schema_outdated")
        self.assertEqual(database.version(), (42, False))

    def test_one_that_waits_serves_once_another_has_migrated(self):
        database = MigratedDatabase()
        folder = folder_with("CREATE TABLE more ();\n")
        made = self.server(database.url, MIGRATIONS_PATH=folder, MIGRATIONS_AT_START="wait").start()
        made.wait_for("starting")

        self.assert_done(migrate(database.url, "up", path=folder))

        made.wait_for("serving")


if __name__ == "__main__":
    unittest.main()
