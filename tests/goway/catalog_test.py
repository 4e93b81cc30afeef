# SPDX-License-Identifier: MIT
"""The catalog comparison sees what a careless migration could leave behind, and looks past migrate's own tables."""

import unittest

from aether import Database, GowayTest, differences

SCHEMA = """
CREATE TABLE shop (id int PRIMARY KEY, name text);
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
"""


class CatalogTest(GowayTest):
    def changes_by(self, statement):
        database = Database()
        database.sql(SCHEMA)
        before = database.catalog()

        database.sql(statement)

        return differences(before, database.catalog())

    def test_sees_a_comment(self):
        self.assertEqual(self.changes_by("COMMENT ON COLUMN shop.name IS 'planted'"),
                         ["~ column public.shop.name: comment: None -> planted"])

    def test_sees_a_comment_on_an_extension(self):
        self.assertEqual(self.changes_by("COMMENT ON EXTENSION plpgsql IS 'planted'"),
                         ["~ extension plpgsql: comment: PL/pgSQL procedural language -> planted"])

    def test_sees_a_default(self):
        self.assertEqual(self.changes_by("ALTER TABLE shop ALTER name SET DEFAULT 'planted'"),
                         ["~ column public.shop.name: default: None -> 'planted'::text"])

    def test_sees_a_trigger(self):
        self.assertEqual(self.changes_by("CREATE TRIGGER planted BEFORE INSERT ON shop"
                                         " FOR EACH ROW EXECUTE FUNCTION stamp()"),
                         ["+ trigger public.shop.planted"])

    def test_sees_a_trigger_that_was_switched_off(self):
        self.assertEqual(self.changes_by("CREATE TABLE line (shop int CONSTRAINT fk REFERENCES shop);"
                                         "ALTER TABLE shop DISABLE TRIGGER ALL")[-2:],
                         ['+ foreign key trigger public.shop.fk#"RI_FKey_noaction_upd"', "+ table public.line"])

    def test_sees_a_grant(self):
        self.assertEqual(self.changes_by("GRANT SELECT ON shop TO PUBLIC"),
                         ["~ table public.shop: acl: ['postgres=arwdDxt/postgres'] ->"
                          " ['=r/postgres', 'postgres=arwdDxt/postgres']"])

    def test_sees_a_grant_on_one_column(self):
        self.assertEqual(self.changes_by("GRANT SELECT (name) ON shop TO PUBLIC"),
                         ["~ column public.shop.name: acl: None -> ['=r/postgres']"])

    def test_sees_a_check_and_an_index(self):
        self.assertEqual(self.changes_by("ALTER TABLE shop ADD CONSTRAINT ck CHECK (id > 0);"
                                         "CREATE INDEX idx ON shop (name)"),
                         ["+ constraint public.shop.ck", "+ index public.idx"])

    def test_sees_a_function_body(self):
        [change] = self.changes_by("CREATE OR REPLACE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql"
                                   " AS $$ BEGIN RETURN NULL; END $$")
        self.assertRegex(change, r"^~ function public\.stamp\(\): definition: ")

    def test_sees_a_column_that_moved_to_the_end(self):
        self.assertEqual(self.changes_by("ALTER TABLE shop ADD extra int, ADD last int;"
                                         "ALTER TABLE shop DROP extra; ALTER TABLE shop ADD extra int"),
                         ["+ column public.shop.extra", "+ column public.shop.last"])
        self.assertEqual(self.changes_by("ALTER TABLE shop DROP name; ALTER TABLE shop ADD other text, ADD name text"),
                         ["~ column public.shop.name: place: 2 -> 3", "+ column public.shop.other"])

    def test_takes_a_grant_that_was_revoked_for_no_change(self):
        self.assertEqual(self.changes_by("GRANT SELECT ON shop TO PUBLIC; REVOKE SELECT ON shop FROM PUBLIC"), [])

    def test_leaves_out_the_tables_of_migrate_and_what_belongs_to_them(self):
        self.assertEqual(self.changes_by(
            "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);"
            "CREATE TABLE schema_migrations_history (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n serial,"
            " name text DEFAULT '' CHECK (name <> 'x'));"
            "CREATE INDEX by_name ON schema_migrations_history (name);"
            "COMMENT ON TABLE schema_migrations_history IS 'ours'; GRANT SELECT ON schema_migrations TO PUBLIC"), [])

    def test_sees_a_table_that_only_looks_like_one_of_migrate(self):
        self.assertEqual(self.changes_by("CREATE TABLE schema_migrations_history_old ()"),
                         ["+ table public.schema_migrations_history_old"])


if __name__ == "__main__":
    unittest.main()
