// SPDX-License-Identifier: MIT
// Whether an index is the one that CREATE INDEX CONCURRENTLY makes: definitions, names, roles and settings.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::Effect;
using spi::Ending;

constexpr const char* kCreate = "CREATE INDEX CONCURRENTLY i ON t (a)";
constexpr const char* kCreateUnique = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";

class IndexComparison : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        other->run("CREATE TABLE t (id bigint PRIMARY KEY, a integer, b text)");
    }

    void make_duplicates() const { other->run("INSERT INTO t SELECT n, 1 FROM generate_series(1, 2) n"); }

    // Notes a statement, runs it, and returns what is found then.
    spi::Finding after(const std::string& sql) const {
        const std::string noted = note(sql);
        run(sql);
        return find(noted);
    }
};

TEST_F(IndexComparison, knows_every_form_of_an_index) {
    other->run(R"sql(
        CREATE SCHEMA app;
        CREATE DOMAIN app.word AS text;
        CREATE COLLATION app.plain FROM "C";
        CREATE FUNCTION app.twice(x integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 2 * x';
        CREATE FUNCTION app.back_order(integer, integer) RETURNS integer IMMUTABLE LANGUAGE sql
            AS 'SELECT btint4cmp($2, $1)';
        CREATE OPERATOR CLASS app.back FOR TYPE integer USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =,
            OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 app.back_order(integer, integer))sql");
    const std::vector<std::string> forms = {
        "CREATE INDEX CONCURRENTLY ON app.t (a)",
        "CREATE INDEX CONCURRENTLY i ON ONLY app.t USING hash (a)",
        "CREATE INDEX CONCURRENTLY i ON app.t (a app.back)",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON app.t (a DESC NULLS LAST, b COLLATE \"C\" text_pattern_ops)",
        "CREATE INDEX CONCURRENTLY i ON app.t (lower(t.b)) WHERE t.a <> 7 AND d > '2020-02-01'",
        "CREATE INDEX CONCURRENTLY i ON app.t (app.twice(a)) INCLUDE (b) WITH (fillfactor = 50)",
        "CREATE INDEX CONCURRENTLY i ON app.t USING gin (tags) WITH (fastupdate = off)",
        "CREATE INDEX CONCURRENTLY i ON app.t (g, w COLLATE app.plain) TABLESPACE pg_default",
        "CREATE INDEX CONCURRENTLY \"i USING x\" ON app.t (\"odd \"\" name\", b)",
        "create index concurrently if not exists i on app.t (m, ((t.a + 1)), e) -- a note",
        // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one statement on two lines
        "CREATE INDEX CONCURRENTLY i ON app.t (c, interval_of) "
        "WHERE z = '2020-02-01 12:00 UTC' AND b = $$x;y$$",
    };
    for (const std::string& form : forms) {
        other->run(
            "DROP TABLE IF EXISTS app.t; CREATE TABLE app.t (gone integer, a integer, b text, d date, "
            "tags integer[], g integer GENERATED ALWAYS AS (a + 1) STORED, w app.word COLLATE app.plain, "
            "\"odd \"\" name\" integer, m numeric(10, 2), e timestamptz(3), c \"char\", "
            "interval_of interval day to second(2), z timestamptz);ALTER TABLE app.t DROP COLUMN gone");

        const spi::Finding finding = after(form);
        EXPECT_EQ(finding.effect, Effect::present) << form << ": " << finding.facts;
    }
}

TEST_F(IndexComparison, needs_no_right_to_make_temporary_tables) {
    other->run("CREATE ROLE " + role() + " LOGIN; GRANT ALL ON SCHEMA public TO " + role() +
               "; ALTER TABLE t OWNER TO " + role());
    other->run("REVOKE TEMPORARY ON DATABASE " + database + " FROM PUBLIC");
    connection = connect(role());

    EXPECT_EQ(after(kCreate).effect, Effect::present);
}

TEST_F(IndexComparison, that_can_not_be_made_leaves_the_effect_unknown) {
    other->run("CREATE ROLE " + role() + " LOGIN; REVOKE TEMPORARY ON DATABASE " + database +
               " FROM PUBLIC;"
               "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    connection = connect(role());
    const std::string noted = note(kCreate);
    other->run("CREATE INDEX i ON t (a)");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::unknown);
    EXPECT_EQ(finding.look_at,
              "compare its definition with the statement: SELECT indexrelid::regclass, indisvalid, "
              "pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'public.t'::regclass");
}

TEST_F(IndexComparison, sees_every_difference) {
    const std::vector<std::string> others = {
        "CREATE INDEX i ON t (b)",
        "CREATE INDEX i ON t (a DESC)",
        "CREATE UNIQUE INDEX i ON t (a)",
        "CREATE INDEX i ON t USING hash (a)",
        "CREATE INDEX i ON t (a, b)",
        "CREATE INDEX i ON t (a) WHERE a > 0",
        "CREATE INDEX i ON t (a) INCLUDE (b)",
        "CREATE INDEX i ON t (a) WITH (fillfactor = 50)",
    };
    const std::string noted = note(kCreate);
    for (const std::string& sql : others) {
        other->run(sql);

        EXPECT_EQ(find(noted).effect, Effect::unknown) << sql;
        EXPECT_EQ(find(noted, Ending::refused).effect, Effect::unknown) << sql;
        EXPECT_TRUE(find(noted).repair.empty());
        other->run("DROP INDEX i");
    }
}

TEST_F(IndexComparison, keeps_an_invalid_index_of_another_definition) {
    make_duplicates();
    const std::string noted = note("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a, b)");
    run_refused(kCreateUnique);

    EXPECT_EQ(find(noted).effect, Effect::unknown);
}

TEST_F(IndexComparison, sees_how_nulls_are_treated) {
    if (server_version() < 150000)
        GTEST_SKIP() << "NULLS NOT DISTINCT came with PostgreSQL 15";
    const std::string sql = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a) NULLS NOT DISTINCT";
    const std::string noted = note(sql);
    run(kCreateUnique);
    EXPECT_EQ(find(noted).effect, Effect::unknown);
    run("DROP INDEX i");

    run(sql);
    EXPECT_EQ(find(noted).effect, Effect::present);
}

TEST_F(IndexComparison, stands_hostile_names) {
    const std::string long_name(70, 'x');
    const std::vector<std::string> names = {
        "\"a\"\"b\"", "\"new\nline\"", "\"; DROP TABLE t; --\"", "\"'%I.%s'\"", long_name, "\"é\"",
        "\"a.b\"",    "\"SELECT\"",    "\"t USING btree\"",      "MixedCase",   "\"\\\""};
    for (const std::string& name : names) {
        other->run("CREATE SCHEMA " + name + "; CREATE TABLE " + name + "." + name + " (" + name +
                   " integer)");
        other->run("INSERT INTO " + name + "." + name + " VALUES (1), (1)");
        // The index takes another name than the table, which shares its schema.
        const std::string index = name.front() == '"' ? "\"i" + name.substr(1) : "i" + name;
        const std::string sql =
            "CREATE UNIQUE INDEX CONCURRENTLY " + index + " ON " + name + "." + name + " (" + name + ")";
        const std::string noted = note(sql);
        run_refused(sql);

        const spi::Finding finding = find(noted, Ending::refused);

        EXPECT_EQ(finding.effect, Effect::partial) << name << ": " << finding.facts;
        EXPECT_EQ(repair(finding, noted).effect, Effect::absent) << name;
        other->run("DELETE FROM " + name + "." + name);
        run(sql);
        EXPECT_EQ(find(noted).effect, Effect::present) << name;
    }
}

TEST_F(IndexComparison, does_not_depend_on_the_settings_of_a_later_session) {
    other->run(R"sql(
        CREATE SCHEMA app;
        CREATE TABLE app.t (a integer, d timestamptz);
        CREATE FUNCTION app.twice(x integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 2 * x')sql");
    run("SET search_path = app; SET quote_all_identifiers = on; "
        "SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'");
    const std::string sql = "CREATE INDEX CONCURRENTLY i ON t (twice(a)) WHERE d > '2020-02-01'";
    const std::string noted = note(sql);
    run(sql);

    EXPECT_EQ(find(noted).effect, Effect::present);
    run("SET search_path = public; SET quote_all_identifiers = off; RESET datestyle; SET timezone = 'UTC'");
    EXPECT_EQ(find(noted).effect, Effect::present);
    EXPECT_EQ(connect()->find_effect(noted, Ending::lost, limit()).facts, "index app.i exists and is valid");
}

TEST_F(IndexComparison, leaves_the_session_as_it_was) {
    run("SET search_path = public, pg_catalog; SET datestyle = 'German'; SET timezone = 'Asia/Tokyo'");
    const auto state = [&] {
        return connection
            ->query({"SELECT string_agg(name || setting, ',') FROM pg_settings WHERE source = 'session'", {}},
                    limit())
            .rows;
    };
    const auto before = state();

    find(note(kCreate));
    find(note("CREATE INDEX CONCURRENTLY i ON t (no_such_column)"));

    EXPECT_EQ(state(), before);
    EXPECT_EQ(connection->transaction_state(), spi::TransactionState::idle);
    EXPECT_EQ(
        other->ask("SELECT count(*) FROM pg_class WHERE relname LIKE 'aether%' OR relpersistence = 't'"),
        "0");
}

TEST_F(IndexComparison, runs_no_operator_of_a_stranger) {
    other->run(
        "CREATE SCHEMA trap; CREATE TABLE hit (); CREATE FUNCTION trap.eq(name, name) "
        "RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;"
        "CREATE OPERATOR trap.= (FUNCTION = trap.eq, LEFTARG = name, RIGHTARG = name);"
        "CREATE FUNCTION trap.eq(oid, oid) "
        "RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'trapped'; END$$;"
        "CREATE OPERATOR trap.= (FUNCTION = trap.eq, LEFTARG = oid, RIGHTARG = oid)");
    run("SET search_path = trap, public, pg_catalog");

    EXPECT_EQ(after(kCreate).effect, Effect::present);
}

TEST_F(IndexComparison, knows_tablespaces) {
    other->run("SET allow_in_place_tablespaces = on");
    other->run("CREATE TABLESPACE space_1 LOCATION ''");
    other->run("CREATE TABLESPACE space_2 LOCATION ''");
    const std::string sql = "CREATE INDEX CONCURRENTLY i ON t (a) TABLESPACE space_1";
    EXPECT_EQ(after(sql).effect, Effect::present);
    run("DROP INDEX i; SET default_tablespace = space_2");
    EXPECT_EQ(after(kCreate).effect, Effect::present);
    run("DROP INDEX i");
    EXPECT_EQ(after(sql).effect, Effect::present);

    const std::string noted = note(kCreate);
    run("DROP INDEX i; CREATE INDEX i ON t (a) TABLESPACE space_1");
    EXPECT_EQ(find(noted).effect, Effect::unknown);
    run("DROP TABLE t; RESET default_tablespace");
    other->run("DROP TABLESPACE space_1");
    other->run("DROP TABLESPACE space_2");
}

}  // namespace
}  // namespace aether::migrate::postgres
