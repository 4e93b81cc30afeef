// SPDX-License-Identifier: MIT
// Options::deadline: whatever is waited for, it ends in time and leaves what a stop leaves.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "place.hpp"

namespace aether::migrate::testing {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kSoon{300};

class DeadlineTest : public PostgresLibraryTest {
protected:
    Options ending(milliseconds after = kSoon) const {
        Options given = options();
        given.deadline = Clock::now() + after;
        return given;
    }

    // Whoever waits for a minute did not heed the deadline.
    void TearDown() override {
        EXPECT_LT(Clock::now() - start_, seconds(30));
        PostgresLibraryTest::TearDown();
    }

private:
    Clock::time_point start_ = Clock::now();
};

TEST_F(DeadlineTest, a_statement_that_runs_is_rolled_back) {
    tables(1);
    file("2_slow.up.sql", "CREATE TABLE t2 (id int); SELECT pg_sleep(60);");

    const Report report = Migrator(ending(seconds(2))).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_EQ(report.steps.size(), 1U);
    EXPECT_EQ(report.left, 1U);
    EXPECT_EQ(report.state, (VersionState{Version{1}, false}));
    EXPECT_EQ(client().ask("SELECT to_regclass('t2')"), "");
}

TEST_F(DeadlineTest, a_wait_for_the_migration_lock_ends) {
    file("1_slow.up.sql", "SELECT pg_sleep(60);");
    std::stop_source stop;
    Options first = options();
    first.stop.finish = first.stop.roll_back = stop.get_token();
    std::future<Report> holder = std::async(std::launch::async, [&] { return Migrator(first).up(); });
    ASSERT_TRUE(postgres::becomes_true(
        [this] { return client().ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") != "0"; }));

    const ErrorDetails refused = failure_of([&] { Migrator(ending()).up(); });

    EXPECT_EQ(refused.code, ErrorCode::cancelled);
    EXPECT_EQ(refused.message, "stopped while waiting for the migration lock");
    stop.request_stop();
    EXPECT_EQ(holder.get().end, RunEnd::stopped);
}

TEST_F(DeadlineTest, a_pause_between_two_tries_ends) {
    client().run("CREATE TABLE busy (id int)");
    file("1_a.up.sql", "ALTER TABLE busy ADD COLUMN b int;");
    const postgres::Client holder(url());
    holder.run("BEGIN; SELECT * FROM busy");

    const Report report = Migrator(ending(seconds(1))).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_TRUE(report.steps.empty());
}

TEST_F(DeadlineTest, one_that_has_passed_opens_nothing) {
    tables(1);

    const ErrorDetails refused = failure_of([&] { Migrator(ending(seconds(-1))); });

    EXPECT_EQ(refused.code, ErrorCode::cancelled);
}

TEST_F(DeadlineTest, a_drop_that_waits_for_a_table_ends) {
    tables(1);
    Migrator migrator(ending(seconds(2)));
    migrator.up();
    const postgres::Client holder(url());
    holder.run("BEGIN; SELECT * FROM t1");

    EXPECT_EQ(failure_of([&] { migrator.drop(); }).code, ErrorCode::cancelled);

    EXPECT_EQ(Migrator(options()).version().version, Version{1});
}

TEST_F(DeadlineTest, one_far_away_changes_nothing_and_the_callers_stop_still_counts) {
    tables(2);
    std::stop_source stop;
    stop.request_stop();
    Options given = ending(seconds(600));
    EXPECT_EQ(Migrator(given).up(1).end, RunEnd::done);
    given.stop.finish = stop.get_token();

    EXPECT_EQ(Migrator(given).up().end, RunEnd::stopped);
}

}  // namespace
}  // namespace aether::migrate::testing
