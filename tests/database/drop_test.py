# SPDX-License-Identifier: MIT
"""drop: everything of the current schema goes, in one transaction; what stays or goes beyond it is listed."""

import unittest

from engine import EngineTest

EVERYTHING = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE SEQUENCE counter;
CREATE TABLE parent (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood, p positive, s serial);
CREATE TABLE child (id bigint REFERENCES parent) INHERITS (parent);
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
CREATE VIEW looks AS SELECT id FROM parent;
CREATE VIEW "lonely; view" AS SELECT 1 AS one;
CREATE MATERIALIZED VIEW stored AS SELECT * FROM looks;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';
CREATE FUNCTION twice(text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $1';
CREATE FUNCTION defaults(a int DEFAULT 1, OUT b int) LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION touch();
CREATE PROCEDURE work() LANGUAGE plpgsql AS 'BEGIN NULL; END';
CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
CREATE FUNCTION same(pair, pair) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (LEFTARG = pair, RIGHTARG = pair, FUNCTION = same);
CREATE COLLATION folded (provider = libc, locale = 'C');
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION search (COPY = simple);
CREATE STATISTICS both_of ON id, m FROM parent;
CREATE INDEX parent_m ON parent (m);
ALTER TABLE parent ADD COLUMN late int DEFAULT twice(2);
"""


class Drop(EngineTest):

    def setUp(self):
        super().setUp()
        self.empty = self.schema()
        self.roles = []
        self.addCleanup(self.drop_roles)

    def role(self, name):
        role = f"{name}_{self.database}"
        self.sql(f"CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role};")
        self.roles.append(role)
        return role

    def drop_roles(self):
        for role in self.roles:
            self.sql(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role};")

    def make_everything(self):
        self.up_files(EVERYTHING)
        self.done("up")

    def goes_too(self, **options):
        """What a drop that is not confirmed says CASCADE would take."""
        return [line.split(": ", 1)[1] for line in self.fails("drop", **options).err.splitlines()
                if line.startswith("goes too")]

    def test_nothing_of_the_schema_is_left(self):
        self.make_everything()
        result = self.done("drop", "-f")
        self.assertEqual(self.schema(), self.empty)
        self.assertEqual(self.row(), "absent")
        self.assertEqual(self.value("SELECT to_regclass('schema_migrations_history')"), None)
        self.assertEqual(result.err, "")

    def test_everything_can_be_made_again_after_it(self):
        self.make_everything()
        self.done("drop", "-f")
        self.assertEqual(self.done("up").steps(), ["1/u m1"])

    def test_range_types_go(self):
        self.up_files("CREATE TYPE span AS RANGE (subtype = int); CREATE TABLE a (s span);")
        self.done("up")
        self.done("drop", "-f")
        self.assertEqual(self.schema(), self.empty)

    def test_text_search_parsers_and_templates_go(self):
        self.up_files("CREATE TEXT SEARCH PARSER cutter (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,"
                      " LEXTYPES = prsd_lextype);"
                      "CREATE TEXT SEARCH TEMPLATE words (INIT = dsimple_init, LEXIZE = dsimple_lexize);"
                      "CREATE TEXT SEARCH DICTIONARY own (TEMPLATE = words);")
        self.done("up")
        plain = self.role("plain")
        self.assertIn("stays: text search parser public.cutter (owned by postgres)\n",
                      self.fails("drop", url=self.url(user=plain)).err)
        self.done("drop", "-f")
        self.assertEqual(self.value("SELECT count(*) FROM pg_ts_parser WHERE prsname = 'cutter'"), "0")
        self.assertEqual(self.value("SELECT count(*) FROM pg_ts_template WHERE tmplname = 'words'"), "0")

    def test_operator_classes_families_and_conversions_go(self):
        self.up_files("CREATE OPERATOR FAMILY pairs USING btree; CREATE OPERATOR CLASS backwards FOR TYPE int USING"
                      " btree AS FUNCTION 1 btint4cmp(int, int);"
                      " CREATE CONVERSION own FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;")
        self.done("up")
        self.done("drop", "-f")
        self.assertEqual(self.schema(), self.empty)

    def test_schemas_of_the_server_are_refused(self):
        for schema in ("information_schema", "pg_catalog"):
            with self.subTest(schema=schema):
                result = self.fails("drop", "-f", url=self.url(search_path=schema))
                self.assertIn(f"error: drop is refused: the current schema is {schema}", result.err)
        self.assertEqual(self.value("SELECT count(*) > 0 FROM information_schema.tables"), "t")

    def test_more_objects_than_the_server_can_lock_stay_and_the_way_on_is_told(self):
        for part in range(8):
            self.sql("DO $$ BEGIN FOR n IN 1..2000 LOOP EXECUTE format('CREATE TABLE l%s_%s (id int)',"
                     f" {part}, n); END LOOP; END $$")
        result = self.fails("drop", "-f")
        self.assertEqual(self.value("SELECT count(*) FROM pg_class WHERE relname ~ '^l._' AND relkind = 'r'"), "16000")
        self.assertIn("state: nothing was dropped: 16000 objects were to go", result.err)
        self.assertIn("next: raise max_locks_per_transaction", result.err)

    def test_it_asks_and_does_nothing_without_a_yes(self):
        self.make_everything()
        before = self.schema()
        for answer in ("n\n", "", "yes\n", "\ny\n"):
            result = self.fails("drop", input=answer)
            self.assertEqual(result.err.splitlines(),
                             ["Are you sure you want to drop the entire database schema? [y/N]",
                              "Aborted dropping the entire database schema"])
        self.assertEqual((self.schema(), self.row()), (before, (1, False)))
        self.done("drop", input="y\n")
        self.assertEqual(self.schema(), self.empty)

    def test_other_schemas_stay(self):
        self.make_everything()
        self.sql("CREATE SCHEMA other; CREATE TABLE other.kept (id int); CREATE TYPE other.mood AS ENUM ('x');")
        self.done("drop", "-f")
        self.assertEqual(self.tables("other"), ["kept"])

    def test_dirty_database_can_be_dropped(self):
        self.make_everything()
        self.sql("UPDATE schema_migrations SET dirty = true;")
        self.done("drop", "-f")
        self.assertEqual(self.row(), "absent")

    def test_empty_schema_is_no_error(self):
        self.assertEqual(self.done("drop", "-f").err, "")

    def test_objects_of_other_owners_stay_and_are_listed(self):
        owner = self.role("owner")
        other = self.role("other")
        self.sql("CREATE TABLE theirs (id int); CREATE VIEW their_view AS SELECT 1 AS x; CREATE TYPE their_type AS ENUM"
                 " ('a'); CREATE FUNCTION their_f() RETURNS int LANGUAGE sql AS 'SELECT 1';", user=other)
        self.up_files("CREATE TABLE ours (id int); CREATE SEQUENCE our_s;")
        self.done("up", url=self.url(user=owner))

        result = self.done("drop", "-f", url=self.url(user=owner))

        self.assertEqual(self.tables(), ["theirs"])
        for label in ("table public.theirs", "view public.their_view", "type public.their_type",
                      "function public.their_f()"):
            self.assertIn(f"stays: {label} (owned by {other})\n", result.err)
        self.assertEqual(self.value("SELECT to_regclass('our_s')"), None)

    def test_view_of_another_owner_that_goes_with_a_table_is_not_said_to_stay(self):
        owner = self.role("owner")
        other = self.role("other")
        self.up_files("CREATE TABLE ours (id int); CREATE TYPE mood AS ENUM ('x');")
        self.done("up", url=self.url(user=owner))
        self.sql(f"GRANT SELECT ON ours TO {other};", user=owner)
        self.sql("CREATE VIEW theirs AS SELECT * FROM ours; CREATE TABLE kept (id int, m mood);", user=other)

        said = self.goes_too(url=self.url(user=owner))
        result = self.done("drop", "-f", url=self.url(user=owner))

        self.assertEqual(said, [f"column public.kept.m (owned by {other})", f"view public.theirs (owned by {other})"])
        self.assertNotIn("stays: view", result.err)
        self.assertIn(f"stays: table public.kept (owned by {other})\n", result.err)
        self.assertEqual(self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
                         [("kept",)])

    def test_objects_of_extensions_stay_and_are_listed(self):
        self.sql("CREATE EXTENSION pg_trgm; CREATE EXTENSION citext;")
        self.up_files("CREATE TABLE a (name citext); CREATE INDEX a_name ON a USING gin ((name::text) gin_trgm_ops);")
        self.done("up")

        result = self.done("drop", "-f")

        self.assertEqual(self.tables(), [])
        self.assertRegex(result.err, "stays: extension citext .*\nstays: extension pg_trgm ")
        self.assertEqual(self.value("SELECT 'A'::citext = 'a'::citext AND similarity('a', 'a') = 1"), "t")
        self.assertEqual(self.value("SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'citext')"), "2")

    def test_what_cascade_takes_elsewhere_is_listed_before_the_question(self):
        self.up_files("CREATE TABLE a (id int PRIMARY KEY);")
        self.done("up")
        self.sql("CREATE SCHEMA other; CREATE TABLE other.b (a int CONSTRAINT to_a REFERENCES a);"
                 "CREATE VIEW other.v AS SELECT * FROM a; CREATE MATERIALIZED VIEW other.w AS SELECT * FROM other.v;"
                 "CREATE VIEW other.harmless AS SELECT 1 AS one;")

        self.assertEqual(self.goes_too(),
                         ["foreign key to_a on other.b", "materialized view other.w", "view other.v"])
        self.done("drop", "-f")
        self.assertEqual(self.sql("SELECT relname FROM pg_class WHERE relnamespace = 'other'::regnamespace ORDER BY 1"),
                         [("b",), ("harmless",)])

    def test_partitions_and_children_in_another_schema_are_listed(self):
        self.up_files("CREATE TABLE ev (id int, at date) PARTITION BY RANGE (id); CREATE TABLE base (id int);"
                      "CREATE TABLE ev2 PARTITION OF ev FOR VALUES FROM (9) TO (19);")
        self.done("up")
        self.sql("CREATE SCHEMA archive; CREATE TABLE archive.ev1 PARTITION OF ev FOR VALUES FROM (0) TO (9);"
                 "CREATE INDEX ON archive.ev1 (at); ALTER TABLE archive.ev1 ADD UNIQUE (id);"
                 "INSERT INTO ev VALUES (1, now()); CREATE TABLE archive.heir (more text) INHERITS (base);"
                 "CREATE TABLE archive.kept (id int); CREATE VIEW archive.ev1_days AS SELECT at FROM archive.ev1;")

        self.assertEqual(self.goes_too(), ["table archive.ev1", "table archive.heir", "view archive.ev1_days"])
        self.done("drop", "-f")
        self.assertEqual((self.tables("archive"), self.tables()), (["kept"], []))

    def test_partitions_of_a_parent_in_another_schema_go_and_are_listed(self):
        self.sql("CREATE SCHEMA archive; CREATE TABLE archive.ev (id int) PARTITION BY RANGE (id);"
                 "CREATE TABLE archive.ev2 PARTITION OF archive.ev FOR VALUES FROM (9) TO (19);")
        self.up_files("CREATE TABLE ev1 PARTITION OF archive.ev FOR VALUES FROM (0) TO (9);")
        self.done("up")

        self.assertIn("goes: table public.ev1\n", self.fails("drop", flags=("-verbose",)).err.replace("\r", ""))
        self.assertEqual(self.goes_too(), [])
        self.done("drop", "-f")
        self.assertEqual((self.tables("archive"), self.tables()), (["ev", "ev2"], []))

    def test_columns_elsewhere_that_have_a_type_of_the_schema_are_listed(self):
        self.up_files("CREATE TYPE mood AS ENUM ('x'); CREATE TYPE pair AS (a int, b int);"
                      "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE rows (id int);")
        self.done("up")
        self.sql("CREATE SCHEMA archive; CREATE TABLE archive.people (id int, m mood, ms mood[], p pair, d positive,"
                 " r rows); CREATE INDEX ON archive.people (m); INSERT INTO archive.people (id, m) VALUES (1, 'x');"
                 "CREATE TABLE archive.by_mood (id int, m mood) PARTITION BY LIST (m);"
                 "CREATE FUNCTION archive.f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1';")

        # A table goes with the column that it is partitioned by.
        self.assertEqual(self.goes_too(), [*(f"column archive.people.{name}" for name in ("d", "m", "ms", "p", "r")),
                                           "function archive.f(public.mood)", "table archive.by_mood"])
        self.done("drop", "-f")
        self.assertEqual(self.sql("SELECT attname FROM pg_attribute WHERE attrelid = 'archive.people'::regclass"
                                  " AND attnum > 0 AND NOT attisdropped"), [("id",)])
        self.assertEqual(self.tables("archive"), ["people"])

    def test_what_hangs_on_functions_and_sequences_elsewhere_is_listed(self):
        self.up_files("CREATE FUNCTION one() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'; CREATE SEQUENCE counter;"
                      "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
                      "CREATE FUNCTION ok(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                      "CREATE TABLE published (id int);")
        self.done("up")
        self.sql("CREATE SCHEMA other; CREATE TABLE other.b (id int DEFAULT one(), n int DEFAULT nextval('counter'),"
                 " twice int GENERATED ALWAYS AS (id * one()) STORED, CONSTRAINT good CHECK (ok(id)));"
                 "CREATE TRIGGER touched BEFORE UPDATE ON other.b FOR EACH ROW EXECUTE FUNCTION touch();"
                 "CREATE POLICY mine ON other.b USING (ok(id)); CREATE INDEX b_ok ON other.b ((ok(n)));"
                 "CREATE PUBLICATION news FOR TABLE published;")

        self.assertEqual(self.goes_too(), [
            "column other.b.twice", "constraint good on other.b", "default value for other.b.id",
            "default value for other.b.n", "index other.b_ok", "policy mine on other.b",
            "publication relation public.published in publication news", "trigger touched on other.b"])
        self.done("drop", "-f")
        self.assertEqual(self.tables("other"), ["b"])
        self.assertEqual(self.sql("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'other.b'::regclass"), [("0",)])

    def test_nothing_else_is_listed(self):
        self.make_everything()
        self.assertEqual(self.goes_too(), [])

    def test_extension_that_cascade_takes_is_not_said_to_stay(self):
        self.sql("CREATE EXTENSION citext; CREATE EXTENSION pg_trgm;")
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        self.sql("CREATE VIEW member AS SELECT * FROM a; ALTER EXTENSION citext ADD VIEW member;")

        said = self.goes_too()
        result = self.done("drop", "-f")

        self.assertEqual(said, ["extension citext"])
        self.assertNotIn("stays: extension citext", result.err)
        self.assertEqual(self.sql("SELECT extname FROM pg_extension ORDER BY 1"), [("pg_trgm",), ("plpgsql",)])

    def test_functions_of_a_hostile_search_path_are_not_called(self):
        owner = self.role("owner")
        self.sql("CREATE SCHEMA evil; GRANT USAGE ON SCHEMA evil TO public;"
                 "CREATE TABLE evil.calls (id int); GRANT INSERT ON evil.calls TO public;"
                 "CREATE FUNCTION evil.current_schema() RETURNS name LANGUAGE sql AS"
                 " $$ INSERT INTO evil.calls VALUES (1); SELECT 'evil'::name $$;"
                 "CREATE FUNCTION evil.format_type(oid, int) RETURNS text LANGUAGE sql AS $$ SELECT 'int' $$;"
                 "CREATE TABLE evil.pg_class (oid oid, relname name); CREATE TABLE evil.pg_depend (oid oid);")
        self.up_files("CREATE TABLE a (id int);")
        url = self.url(user=owner, search_path="public,evil,pg_catalog")
        self.done("up", url=url)
        self.done("drop", "-f", url=url)
        self.assertEqual((self.tables(), self.value("SELECT count(*) FROM evil.calls")), ([], "0"))
        self.assertEqual(self.tables("evil"), ["calls", "pg_class", "pg_depend"])

    def test_failure_in_the_middle_changes_nothing(self):
        self.up_files("CREATE TABLE a (id int); CREATE TABLE b (id int); CREATE TABLE c (id int);")
        self.done("up")
        self.sql("CREATE FUNCTION guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
                 " IF EXISTS (SELECT 1 FROM pg_event_trigger_dropped_objects() WHERE object_name = 'b')"
                 " THEN RAISE EXCEPTION 'b is sacred'; END IF; END $$;"
                 "CREATE EVENT TRIGGER guard ON sql_drop EXECUTE FUNCTION guard();")
        before = self.schema(), self.row(), self.history()

        result = self.fails("drop", "-f")

        self.assertIn("b is sacred", result.err)
        self.assertEqual((self.schema(), self.row(), self.history()), before)
        self.sql("DROP EVENT TRIGGER guard;")

    def test_version_table_in_another_schema_is_reset(self):
        self.sql("CREATE SCHEMA mig; CREATE TABLE mig.kept (id int);")
        url = self.url(**{"x-migrations-table": '"mig"."versions"', "x-migrations-table-quoted": "true"})
        self.up_files("CREATE TABLE a (id int);")
        self.done("up", url=url)

        self.sql("CREATE VIEW mig.state AS SELECT * FROM mig.versions;")
        self.assertEqual(self.goes_too(url=url), ["view mig.state"])
        self.done("drop", "-f", url=url)

        self.assertEqual((self.tables(), self.tables("mig")), ([], ["kept"]))
        self.assertEqual(self.done("up", url=url).steps(), ["1/u m1"])
        self.assertEqual(self.tables(), ["a"])

    def test_current_schema_of_the_url_is_the_one_that_goes(self):
        self.sql("CREATE SCHEMA app; CREATE TABLE public.kept (id int);")
        self.up_files("CREATE TABLE a (id int);")
        url = self.url(search_path="app")
        self.done("up", url=url)
        self.done("drop", "-f", url=url)
        self.assertEqual((self.tables("app"), self.tables()), ([], ["kept"]))
        self.assertEqual(self.row("app.schema_migrations"), "absent")

    def test_names_that_need_quotes(self):
        self.sql("""CREATE TABLE "a""b; DROP" (id int); CREATE FUNCTION "f'(" () RETURNS int LANGUAGE sql AS 'SELECT 1';
                    CREATE TYPE "T y" AS ENUM ('x'); CREATE FUNCTION g("T y"[]) RETURNS int LANGUAGE sql AS 'SELECT 1';
                    """)
        self.done("drop", "-f")
        self.assertEqual(self.schema(), self.empty)

    def test_many_tables_fit_in_one_transaction(self):
        self.sql("DO $$ BEGIN FOR n IN 1..400 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY)', n);"
                 " END LOOP; END $$")
        self.done("drop", "-f")
        self.assertEqual(self.tables(), [])

    def test_nothing_happens_while_another_migration_holds_the_lock(self):
        self.up_files("CREATE TABLE a (id int);")
        self.done("up")
        holder = self.session()
        holder.run("BEGIN; LOCK TABLE a;")
        self.up_files("CREATE TABLE a (id int);", "ALTER TABLE a ADD b int;")
        process = self.start("up")
        self.wait_for_query("ALTER TABLE a")
        self.assertIn("can't acquire database lock", self.fails("drop", "-f", flags=("-lock-timeout", "1")).err)
        holder.run("COMMIT;")
        process.communicate(timeout=20)
        self.assertEqual(self.row(), (2, False))


if __name__ == "__main__":
    unittest.main()
