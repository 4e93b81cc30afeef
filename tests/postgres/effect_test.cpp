// SPDX-License-Identifier: MIT
// What the catalogue tells of statements about indexes and partitions that are there already.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::Effect;
using spi::Ending;

class EffectOf : public PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        other->run("CREATE TABLE t (id bigint PRIMARY KEY, a integer, b text); CREATE INDEX i ON t (a)");
    }

    // Kills a statement that waits for a reader of the table to end.
    void kill_behind_reader(const std::string& sql, const std::string& table) const {
        run_and_kill(sql, "BEGIN; SELECT FROM " + table);
    }

    spi::Finding after(const std::string& sql) const {
        const std::string noted = note(sql);
        run(sql);
        return find(noted);
    }
};

TEST_F(EffectOf, an_index_drop_is_absent_until_it_is_done) {
    for (const char* const sql :
         {"DROP INDEX CONCURRENTLY i", "DROP INDEX CONCURRENTLY IF EXISTS public.i RESTRICT"}) {
        const std::string noted = note(sql);
        EXPECT_FALSE(intent(sql).queues_others);
        EXPECT_EQ(find(noted).effect, Effect::absent);
        EXPECT_EQ(find(noted, Ending::refused).facts, "index public.i still exists");

        run(sql);

        EXPECT_EQ(find(noted).effect, Effect::present);
        EXPECT_EQ(find(noted).facts, "index public.i does not exist any more");
        run("CREATE INDEX i ON t (a)");
        EXPECT_EQ(find(noted).effect, Effect::unknown);
    }
}

TEST_F(EffectOf, an_index_drop_that_was_killed_is_absent) {
    const std::string noted = note("DROP INDEX CONCURRENTLY i");
    kill_behind_reader("DROP INDEX CONCURRENTLY i", "t");
    ASSERT_EQ(other->ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), "f");

    EXPECT_EQ(find(noted).effect, Effect::absent);
    run("DROP INDEX CONCURRENTLY i");
    EXPECT_EQ(find(noted).effect, Effect::present);
}

TEST_F(EffectOf, an_index_drop_knows_an_index_that_was_not_there) {
    EXPECT_EQ(after("DROP INDEX CONCURRENTLY IF EXISTS j").effect, Effect::present);
    const std::string noted = note("DROP INDEX CONCURRENTLY j");
    run_refused("DROP INDEX CONCURRENTLY j");
    EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
    EXPECT_EQ(find(note("DROP INDEX CONCURRENTLY i, j"), Ending::refused).effect, Effect::absent);
}

TEST_F(EffectOf, an_index_drop_is_told_by_the_index_and_not_by_the_name) {
    run("CREATE SCHEMA app; CREATE TABLE app.t (a integer); "
        "CREATE INDEX i ON app.t (a); SET search_path = app, public");
    const std::string noted = note("DROP INDEX CONCURRENTLY i");
    run("DROP INDEX CONCURRENTLY i");
    run("RESET search_path");

    EXPECT_EQ(find(noted).effect, Effect::present);
}

TEST_F(EffectOf, a_reindex_may_be_repeated) {
    for (const char* const sql : {"REINDEX INDEX CONCURRENTLY i", "REINDEX TABLE CONCURRENTLY t",
                                  "REINDEX SCHEMA CONCURRENTLY public",
                                  "REINDEX (VERBOSE) TABLE CONCURRENTLY public.t", "REINDEX SCHEMA public"}) {
        const spi::Finding finding = after(sql);
        EXPECT_EQ(finding.effect, Effect::absent) << sql << ": " << finding.facts;
        EXPECT_EQ(finding.facts, "REINDEX may be repeated");
    }
    EXPECT_FALSE(intent("REINDEX TABLE CONCURRENTLY t").queues_others);
    EXPECT_FALSE(intent("REINDEX (CONCURRENTLY) TABLE t").queues_others);
    EXPECT_TRUE(intent("REINDEX (CONCURRENTLY off) SCHEMA public").queues_others);
}

TEST_F(EffectOf, a_reindex_that_was_killed_leaves_a_new_index) {
    run("CREATE SCHEMA away");
    for (const std::string sql : {"REINDEX INDEX CONCURRENTLY i", "REINDEX TABLE CONCURRENTLY t",
                                  "REINDEX SCHEMA CONCURRENTLY public"}) {
        const std::string noted = note(sql);
        const std::string elsewhere = note("REINDEX SCHEMA CONCURRENTLY away");
        run_and_kill(sql, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");

        const spi::Finding finding = find(noted);

        EXPECT_EQ(finding.effect, Effect::partial) << sql;
        EXPECT_EQ(finding.after_repair, Effect::absent);
        EXPECT_NE(finding.facts.find("index public.i_ccnew is left of a REINDEX CONCURRENTLY"),
                  std::string::npos)
            << finding.facts;
        EXPECT_EQ(find(elsewhere).effect, Effect::absent) << "only the schema's own tables are looked at";
        EXPECT_EQ(find(note(sql)).effect, Effect::absent) << "remains of another one are left";
        EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
        EXPECT_EQ(other->ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid"), "0");
    }
}

TEST_F(EffectOf, a_reindex_that_was_killed_can_be_repaired_by_the_tables_owner) {
    other->run("CREATE ROLE " + role() + " LOGIN; ALTER TABLE t OWNER TO " + role());
    connection = connect(role());
    const std::string noted = note("REINDEX TABLE CONCURRENTLY t");
    run_and_kill("REINDEX TABLE CONCURRENTLY t", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
    EXPECT_EQ(find(noted).facts.find("index pg_toast.pg_toast_"), 0u) << find(noted).facts;
    EXPECT_NE(find(noted).facts.find("this role may not drop it"), std::string::npos) << find(noted).facts;
}

TEST_F(EffectOf, a_reindex_that_was_killed_late_leaves_the_old_index) {
    const std::string noted = note("REINDEX INDEX CONCURRENTLY i");
    kill_behind_reader("REINDEX INDEX CONCURRENTLY i", "t");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.repair, std::vector<std::string>{"DROP INDEX CONCURRENTLY public.i_ccold"});
    EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
    EXPECT_EQ(other->ask("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass"), "t");
}

TEST_F(EffectOf, a_reindex_leaves_alone_what_is_no_copy) {
    const std::string noted = note("REINDEX TABLE CONCURRENTLY t");
    run("INSERT INTO t SELECT n, 1 FROM generate_series(1, 2) n");
    run_refused("CREATE UNIQUE INDEX CONCURRENTLY i_ccnew ON t (a)");
    run("CREATE INDEX j_ccold ON t (b)");

    EXPECT_EQ(find(noted).effect, Effect::absent);
}

TEST_F(EffectOf, a_reindex_is_running_while_a_session_is_at_it) {
    const std::string noted = note("REINDEX INDEX CONCURRENTLY i");
    const Client holder(url());
    holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");
    const Client builder(url());
    builder.send("REINDEX INDEX CONCURRENTLY i");

    EXPECT_TRUE(becomes_true([&] { return find(noted).effect == Effect::running; }));
    EXPECT_NE(find(noted).facts.find(builder.pid()), std::string::npos);
    EXPECT_TRUE(find(noted).repair.empty());
    holder.run("COMMIT");
}

TEST_F(EffectOf, a_detach_is_absent_until_it_is_done) {
    if (server_version() < 140000)
        GTEST_SKIP() << "DETACH PARTITION … CONCURRENTLY came with PostgreSQL 14";
    run("CREATE TABLE p (a integer) PARTITION BY RANGE (a); "
        "CREATE TABLE c PARTITION OF p FOR VALUES FROM (0) TO (9)");
    const std::string sql = "ALTER TABLE IF EXISTS ONLY p DETACH PARTITION c CONCURRENTLY";
    const std::string noted = note(sql);
    EXPECT_FALSE(intent(sql).queues_others);
    EXPECT_EQ(find(noted).effect, Effect::absent);

    run(sql);

    EXPECT_EQ(find(noted).effect, Effect::present);
    EXPECT_EQ(find(noted).facts, "partition public.c is detached");
    EXPECT_EQ(find(note(sql), Ending::refused).effect, Effect::absent);
}

TEST_F(EffectOf, a_detach_that_was_killed_is_half_done) {
    if (server_version() < 140000)
        GTEST_SKIP() << "DETACH PARTITION … CONCURRENTLY came with PostgreSQL 14";
    run("CREATE SCHEMA app; CREATE TABLE app.\"P\" (a integer) PARTITION BY RANGE (a);"
        "CREATE TABLE \"c \"\" 1\" PARTITION OF app.\"P\" FOR VALUES FROM (0) TO (9);"
        "SET search_path = app, public");
    const std::string sql = "ALTER TABLE \"P\" DETACH PARTITION \"c \"\" 1\" CONCURRENTLY";
    const std::string noted = note(sql);
    run_and_kill(sql, "BEGIN; SELECT FROM app.\"P\"", "SET search_path = app, public");
    run("RESET search_path");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::partial) << finding.facts;
    EXPECT_EQ(finding.after_repair, Effect::present);
    EXPECT_EQ(finding.repair, std::vector<std::string>{
                                  "ALTER TABLE app.\"P\" DETACH PARTITION public.\"c \"\" 1\" FINALIZE"});
    EXPECT_EQ(connect()
                  ->find_effect(note("ALTER TABLE app.\"P\" DETACH PARTITION \"c \"\" 1\" CONCURRENTLY"),
                                Ending::lost, limit())
                  .effect,
              Effect::unknown)
        << "somebody else's";
    EXPECT_EQ(repair(finding, noted).effect, Effect::present);
}

TEST_F(EffectOf, statements_that_may_be_repeated_is_absent) {
    for (const char* const sql : {"VACUUM", "VACUUM FULL t", "VACUUM (ANALYZE, FULL) t", "CLUSTER",
                                  "CLUSTER VERBOSE", "ALTER SYSTEM SET work_mem = '4MB'", "DISCARD ALL",
                                  "ANALYZE t", "ALTER DATABASE d SET TABLESPACE pg_default"}) {
        EXPECT_EQ(find(note(sql)).effect, Effect::absent) << sql;
        EXPECT_EQ(find(note(sql), Ending::refused).effect, Effect::absent) << sql;
    }
}

TEST_F(EffectOf, statements_tells_whether_others_queue) {
    for (const char* const sql : {"VACUUM", "VACUUM t", "VACUUM (FULL off, ANALYZE) t", "ANALYZE"})
        EXPECT_FALSE(intent(sql).queues_others) << sql;
    for (const char* const sql : {"VACUUM FULL", "VACUUM (FULL) t", "CLUSTER", "REINDEX DATABASE", "SELECT 1",
                                  "DROP DATABASE d", "DISCARD ALL"})
        EXPECT_TRUE(intent(sql).queues_others) << sql;
}

TEST_F(EffectOf, other_statements_is_not_noted) {
    for (const char* const sql :
         {"SELECT 1", "CREATE INDEX i ON t (a)", "DROP INDEX i", "ALTER TABLE t ADD x integer",
          "REINDEX TABLE t", "CREATE INDEX CONCURRENTLY i ON U&\"t\" (a)", "ALTER TYPE m ADD VALUE E'a\\n'",
          "COMMIT PREPARED E'a'", "CREATE INDEX CONCURRENTLY", "DROP INDEX CONCURRENTLY", "REINDEX",
          "VALUES ('VACUUM')", ""}) {
        EXPECT_EQ(note(sql), "") << sql;
    }
}

TEST_F(EffectOf, notes_of_others_is_unknown) {
    for (const char* const noted :
         {"", "x", "{}", "[]", R"({"kind": "magic"})", R"({"kind": "drop index", "index": "x"})"}) {
        const spi::Finding finding = find(noted);
        EXPECT_EQ(finding.effect, Effect::unknown) << noted;
        EXPECT_FALSE(finding.facts.empty());
        EXPECT_FALSE(finding.look_at.empty());
    }
    EXPECT_EQ(connection->transaction_state(), spi::TransactionState::idle);
}

}  // namespace
}  // namespace aether::migrate::postgres
