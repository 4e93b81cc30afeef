# SPDX-License-Identifier: MIT
"""Migration 032 says what is wrong with pgvector and changes nothing then; its down takes away only its own."""

import unittest

from aether import Database, GowayTest, differences

AGAIN = 'then migrate again; if golang-migrate left the database dirty, run "migrate force 31" first.'


class PgvectorTest(GowayTest):
    def refused(self, database, *texts, user="postgres"):
        before = database.catalog()

        done = database.run_file(32, "up", user=user)

        self.assert_done(done, 1)
        for text in (*texts, "DETAIL:  This migration changed nothing. ", AGAIN):
            self.assertIn(text, done.stderr)
        self.assert_same_catalog(before, database.catalog(), "a refused 032")

    def test_a_server_without_the_package_is_told_which_one(self):
        self.refused(Database("15"), "pgvector is not installed on this PostgreSQL 15 server",
                     "postgresql-15-pgvector", "pgvector/pgvector:pg15")

    def test_a_role_that_may_not_create_it_is_told_who_can(self):
        database = Database()
        database.sql("CREATE ROLE owner LOGIN;"
                     f"ALTER DATABASE {database.name} OWNER TO owner; ALTER SCHEMA public OWNER TO owner")
        self.addCleanup(lambda: database.cluster.sql(
            "postgres", f"DROP DATABASE {database.name}; DROP ROLE owner"))

        self.refused(database, "is installed but role owner may not create it",
                     "Have a superuser run CREATE EXTENSION vector;", user="owner")

        for number in range(1, 32):
            self.assert_done(database.run_file(number, "up", user="owner"))
        database.sql("CREATE EXTENSION vector")
        before = database.catalog()
        for number in range(32, 43):
            self.assert_done(database.run_file(number, "up", user="owner"))
        for number in range(42, 31, -1):
            self.assert_done(database.run_file(number, "down", user="owner"))
        self.assert_same_catalog(before, database.catalog(), "32 to 42 up and down by the owner of the database")

    def test_a_schema_off_the_search_path_is_named(self):
        database = Database()
        database.sql("CREATE SCHEMA elsewhere; CREATE EXTENSION vector SCHEMA elsewhere")

        self.refused(database, "its schema is not on the search_path")

    def test_a_version_without_hnsw_is_refused(self):
        database = Database()
        database.sql("CREATE EXTENSION vector; UPDATE pg_extension SET extversion = '0.4.4' WHERE extname = 'vector'")

        self.refused(database, "pgvector 0.4.4 is too old: 0.5.0 or later is needed")

    def test_versions_are_compared_as_numbers_and_may_have_a_suffix(self):
        for version in ("0.5.0", "0.10.0", "1.0", "0.8.0-dev"):
            with self.subTest(version=version):
                database = Database()
                database.sql("CREATE EXTENSION vector;"
                             f"UPDATE pg_extension SET extversion = '{version}' WHERE extname = 'vector'")

                self.assert_done(database.run_file(32, "up"))

    def test_the_down_leaves_an_extension_that_was_there_before(self):
        database = Database()
        database.sql("CREATE EXTENSION vector")
        before = database.catalog()

        self.assert_done(database.run_file(32, "up"))
        done = self.assert_done(database.run_file(32, "down"))

        self.assertIn("NOTICE:  extension vector left in place", done.stderr)
        self.assert_same_catalog(before, database.catalog(), "032 up and down")

    def test_the_down_refuses_while_a_column_uses_the_type(self):
        database = Database()
        self.assert_done(database.run_file(32, "up"))
        database.sql("CREATE TABLE notes (embedding vector(3))")
        before = database.catalog()

        done = database.run_file(32, "down")

        self.assert_done(done, 1)
        self.assertIn("column embedding of table notes depends on type vector", done.stderr)
        self.assertEqual(differences(before, database.catalog()), [])


if __name__ == "__main__":
    unittest.main()
