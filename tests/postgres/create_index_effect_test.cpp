// SPDX-License-Identifier: MIT
// What the catalogue tells of CREATE INDEX CONCURRENTLY, in each state that it can leave behind.
#include "fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using spi::Effect;
using spi::Ending;

constexpr const char* kCreate = "CREATE INDEX CONCURRENTLY i ON t (a)";
constexpr const char* kCreateUnique = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)";
constexpr const char* kCreateIfMissing = "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)";

class CreateIndexEffect : public PostgresTest {
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

TEST_F(CreateIndexEffect, is_absent_before_the_statement) {
    const std::string noted = note(kCreate);

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::absent);
    EXPECT_EQ(finding.facts, "index public.i does not exist");
    EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
}

TEST_F(CreateIndexEffect, stands_in_nobodys_way) {
    EXPECT_FALSE(intent(kCreate).queues_others);
    EXPECT_FALSE(intent(kCreateIfMissing).queues_others);
}

TEST_F(CreateIndexEffect, is_present_after_the_statement) {
    const spi::Finding finding = after(kCreate);

    EXPECT_EQ(finding.effect, Effect::present);
    EXPECT_EQ(finding.facts, "index public.i exists and is valid");
    EXPECT_TRUE(finding.repair.empty());
}

TEST_F(CreateIndexEffect, is_partial_after_duplicates) {
    make_duplicates();
    const std::string noted = note(kCreateUnique);
    run_refused(kCreateUnique);

    const spi::Finding finding = find(noted, Ending::refused);

    EXPECT_EQ(finding.effect, Effect::partial);
    EXPECT_EQ(finding.facts, "index public.i exists and is invalid");
    EXPECT_EQ(finding.repair, std::vector<std::string>{"DROP INDEX CONCURRENTLY public.i"});
    EXPECT_EQ(finding.after_repair, Effect::absent);
    EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
}

TEST_F(CreateIndexEffect, is_partial_when_the_server_chose_the_name) {
    make_duplicates();
    const std::string sql = "CREATE UNIQUE INDEX CONCURRENTLY ON t (a)";
    const std::string noted = note(sql);
    run_refused(sql);

    const spi::Finding finding = find(noted, Ending::refused);

    EXPECT_EQ(finding.repair, std::vector<std::string>{"DROP INDEX CONCURRENTLY public.t_a_idx"});
    EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
}

TEST_F(CreateIndexEffect, is_partial_when_its_session_was_killed) {
    const std::string noted = note(kCreate);
    run_and_kill(kCreate, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.repair, std::vector<std::string>{"DROP INDEX CONCURRENTLY public.i"});
    EXPECT_EQ(repair(finding, noted).effect, Effect::absent);
}

TEST_F(CreateIndexEffect, is_not_taken_for_success_when_if_not_exists_skips_an_invalid_index) {
    make_duplicates();
    const std::string sql = "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)";
    const std::string noted = note(sql);
    run_refused(sql);
    run(sql);

    EXPECT_EQ(find(noted).effect, Effect::partial);
}

TEST_F(CreateIndexEffect, is_running_while_a_session_builds_the_index) {
    const std::string noted = note(kCreate);
    const Client holder(url());
    holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM t");
    const Client builder(url());
    builder.send(kCreate);
    ASSERT_TRUE(becomes_true([&] { return find(noted).effect == Effect::running; }));

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::running);
    EXPECT_NE(finding.facts.find("session " + builder.pid() + " is "), std::string::npos) << finding.facts;
    holder.run("COMMIT");
    EXPECT_TRUE(becomes_true([&] { return find(noted).effect == Effect::present; }));
}

TEST_F(CreateIndexEffect, is_running_before_the_index_can_be_seen) {
    const std::string noted = note(kCreate);
    const Client builder(url());
    // The builder waits for the name, which somebody else gave to a table that is not committed.
    const Client holder(url());
    holder.run("BEGIN; CREATE TABLE i ()");
    builder.send(kCreate);
    ASSERT_TRUE(becomes_true([&] {
        return other->ask("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + builder.pid()) ==
               "1";
    }));

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::running);
    EXPECT_EQ(finding.facts, "session " + builder.pid() + " is about to build index public.i");
    holder.run("ROLLBACK");
    EXPECT_TRUE(becomes_true([&] { return find(noted).effect == Effect::present; }));
}

TEST_F(CreateIndexEffect, is_unknown_when_the_builder_may_not_be_seen) {
    other->run("CREATE ROLE " + role() + " LOGIN; GRANT ALL ON SCHEMA public TO " + role() +
               "; ALTER TABLE t OWNER TO " + role());
    make_duplicates();
    connection = connect(role());
    const std::string noted = note(kCreateUnique);
    run_refused(kCreateUnique);
    EXPECT_EQ(find(noted).effect, Effect::partial);

    other->run("CREATE TABLE elsewhere (x integer)");
    const Client holder(url());
    holder.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM elsewhere");
    const Client builder(url());
    builder.send("CREATE INDEX CONCURRENTLY ON elsewhere (x)");
    ASSERT_TRUE(becomes_true(
        [&] { return other->ask("SELECT count(*) FROM pg_stat_progress_create_index") == "1"; }));
    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::unknown);
    EXPECT_NE(finding.look_at.find("pg_stat_progress_create_index"), std::string::npos);
    EXPECT_TRUE(finding.repair.empty());
    holder.run("COMMIT");
}

TEST_F(CreateIndexEffect, under_a_name_that_something_else_took_is_unknown) {
    const std::string noted = note(kCreate);
    other->run("CREATE VIEW i AS SELECT 1");
    EXPECT_EQ(find(noted).effect, Effect::unknown);
    other->run("DROP VIEW i; CREATE TABLE u (a integer); CREATE INDEX i ON u (a)");
    EXPECT_EQ(find(noted).effect, Effect::unknown);
}

TEST_F(CreateIndexEffect, is_absent_when_the_name_was_taken_before) {
    other->run("CREATE INDEX i ON t (b)");
    const std::string noted = note(kCreate);
    run_refused(kCreate);

    EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
    EXPECT_EQ(find(noted).effect, Effect::absent);
}

TEST_F(CreateIndexEffect, with_if_not_exists_is_present_when_the_same_index_was_there) {
    other->run("CREATE INDEX i ON t (a)");

    EXPECT_EQ(after(kCreateIfMissing).effect, Effect::present);
}

TEST_F(CreateIndexEffect, with_if_not_exists_is_unknown_when_another_index_was_there) {
    other->run("CREATE INDEX i ON t (b)");

    EXPECT_EQ(after(kCreateIfMissing).effect, Effect::unknown);
}

TEST_F(CreateIndexEffect, with_if_not_exists_is_unknown_when_an_invalid_index_was_there) {
    make_duplicates();
    run_refused(kCreateUnique);

    const spi::Finding finding = after("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)");

    EXPECT_EQ(finding.effect, Effect::unknown);
    EXPECT_TRUE(finding.repair.empty());
    EXPECT_NE(finding.facts.find("was there before and is invalid"), std::string::npos) << finding.facts;
}

TEST_F(CreateIndexEffect, leaves_a_partitioned_index_to_a_person) {
    other->run("CREATE TABLE p (a integer) PARTITION BY RANGE (a)");
    const std::string noted = note("CREATE INDEX CONCURRENTLY i ON p (a)");
    run_refused("CREATE INDEX CONCURRENTLY i ON p (a)");
    EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
    other->run("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9); CREATE INDEX i ON ONLY p (a)");

    const spi::Finding finding = find(noted);

    EXPECT_EQ(finding.effect, Effect::unknown);
    EXPECT_TRUE(finding.repair.empty());
}

TEST_F(CreateIndexEffect, on_a_table_that_is_missing_is_absent_when_refused) {
    const std::string noted = note("CREATE INDEX CONCURRENTLY i ON nowhere (a)");

    EXPECT_EQ(find(noted, Ending::refused).effect, Effect::absent);
    EXPECT_EQ(find(noted).effect, Effect::unknown);
}

TEST_F(CreateIndexEffect, on_a_table_that_was_dropped_since_is_unknown) {
    const std::string noted = note(kCreate);
    other->run("DROP TABLE t");

    EXPECT_EQ(find(noted).effect, Effect::unknown);
}

TEST_F(CreateIndexEffect, on_a_temporary_table_is_present) {
    run("CREATE TEMPORARY TABLE mine (a integer)");

    EXPECT_EQ(after("CREATE INDEX CONCURRENTLY i ON mine (a)").effect, Effect::present);
    EXPECT_EQ(after("CREATE INDEX CONCURRENTLY j ON pg_temp.mine (a)").effect, Effect::present);
}

TEST_F(CreateIndexEffect, waits_for_nobody) {
    const std::string noted = note(kCreate);
    const Client holder(url());
    holder.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    run("SET lock_timeout = '1ms'");

    EXPECT_EQ(find(noted).effect, Effect::absent);
    EXPECT_FALSE(note(kCreate).empty());
}

}  // namespace
}  // namespace aether::migrate::postgres
