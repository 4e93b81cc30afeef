// SPDX-License-Identifier: MIT
// How a server starts: what it runs, what it waits for, and when it refuses to serve.
#include <aether/migrate/startup.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include <aether/migrate/postgres.hpp>

#include "place.hpp"

namespace aether::migrate::testing {
namespace {

using std::chrono::seconds;

class StartupTest : public LibraryTest {
protected:
    StartReport start(const std::string& build, const StartPolicy& policy = {}) {
        Options given = options(build);
        given.observer = &listener;
        given.stop = {stop.get_token(), {}, {}};
        return start_up(given, policy);
    }
    ErrorDetails failure(const std::string& build, const StartPolicy& policy = {}) {
        return failure_of([&] { start(build, policy); });
    }

    StartPolicy verify{.who_migrates = WhoMigrates::verify_only};
    StartPolicy waits{.who_migrates = WhoMigrates::wait, .wait_for = seconds(60)};
    Listener listener;
    std::stop_source stop;
};

TEST_F(StartupTest, migrates_what_is_missing) {
    tables(2);

    const StartReport report = start("build");

    EXPECT_EQ(report.state, (VersionState{Version{2}, false}));
    EXPECT_EQ(report.newest, Version{2});
    EXPECT_EQ(report.standing, Standing::up_to_date);
    EXPECT_EQ(report.steps.size(), 2U);
    EXPECT_TRUE(start("build").steps.empty());
}

TEST_F(StartupTest, an_old_build_serves_a_newer_database_with_a_warning) {
    tables(3, "new");
    tables(2, "old");
    start("new");

    const StartReport report = start("old");

    EXPECT_EQ(report.standing, Standing::ahead);
    EXPECT_EQ(report.state.version, Version{3});
    EXPECT_EQ(listener.warnings(),
              (std::vector<std::string>{"the database is at version 3, and the newest migration here is 2: "
                                        "a newer build has migrated it"}));
}

TEST_F(StartupTest, an_old_build_serves_in_silence_or_refuses_as_it_is_told) {
    tables(3, "new");
    tables(2, "old");
    start("new");

    EXPECT_EQ(start("old", {.when_ahead = WhenAhead::serve}).standing, Standing::ahead);
    EXPECT_TRUE(listener.warnings().empty());
    const ErrorDetails refused = failure("old", {.when_ahead = WhenAhead::refuse});
    EXPECT_EQ(refused.code, ErrorCode::no_such_migration);
    EXPECT_EQ(refused.message,
              "this build is too old: the database is at version 3, and the newest migration here is 2");
}

TEST_F(StartupTest, verifying_refuses_what_is_missing_and_writes_nothing) {
    tables(2);

    const ErrorDetails refused = failure("build", verify);

    EXPECT_EQ(refused.code, ErrorCode::schema_outdated);
    EXPECT_EQ(refused.message,
              "2 migrations are missing: the database is at no version, and the newest migration here is 2");
    EXPECT_EQ(refused.next, "migrate up");
    EXPECT_EQ(Migrator(options()).status().state.version, std::nullopt);
    start("build");
    EXPECT_TRUE(start("build", verify).steps.empty());
}

TEST_F(StartupTest, verifying_serves_a_newer_database) {
    tables(3, "new");
    tables(2, "old");
    start("new");

    EXPECT_EQ(start("old", verify).standing, Standing::ahead);
}

TEST_F(StartupTest, verifying_refuses_a_dirty_row) {
    tables(1);
    start("build");
    sqlite("UPDATE schema_migrations SET dirty = 1");

    const ErrorDetails refused = failure("build", verify);

    EXPECT_EQ(refused.code, ErrorCode::dirty);
    EXPECT_EQ(refused.message, "Dirty database version 1. Fix and force version.");
}

TEST_F(StartupTest, a_dirty_row_that_nobody_works_at_is_refused) {
    tables(2);
    Migrator(options()).up(1);
    sqlite("UPDATE schema_migrations SET dirty = 1");

    EXPECT_EQ(failure("build").code, ErrorCode::dirty);
    EXPECT_EQ(Migrator(options()).status().state, (VersionState{Version{1}, true}));
}

TEST_F(StartupTest, a_strayed_version_is_refused_by_every_policy) {
    tables(2, "other");
    start("other");
    file("1_m1.up.sql", "SELECT 1;");
    file("3_m3.up.sql", "SELECT 3;");

    EXPECT_EQ(failure("build").code, ErrorCode::no_such_migration);
    EXPECT_EQ(failure("build", verify).code, ErrorCode::no_such_migration);
    EXPECT_EQ(failure("build", waits).code, ErrorCode::no_such_migration);
}

TEST_F(StartupTest, an_empty_source_is_refused_even_by_a_migrated_database) {
    EXPECT_EQ(failure("nothing").message, "the source holds no migration");
    tables(1);
    start("build");

    EXPECT_EQ(failure("nothing", {.when_ahead = WhenAhead::serve}).code, ErrorCode::no_such_migration);
}

TEST_F(StartupTest, waits_until_another_process_has_migrated) {
    tables(2);
    std::promise<void> warned;
    listener.on_warned = [&warned] { warned.set_value(); };
    std::future<StartReport> waiting = std::async(std::launch::async, [&] { return start("build", waits); });
    ASSERT_EQ(warned.get_future().wait_for(seconds(30)), std::future_status::ready);

    Migrator(options()).up();

    ASSERT_EQ(waiting.wait_for(seconds(30)), std::future_status::ready);
    const StartReport report = waiting.get();
    EXPECT_EQ(report.state.version, Version{2});
    EXPECT_TRUE(report.steps.empty());
    EXPECT_EQ(listener.warnings().front(),
              "waiting for another process to migrate for 1s: 2 migrations are missing: "
              "the database is at no version, and the newest migration here is 2");
}

TEST_F(StartupTest, waiting_ends_at_its_limit) {
    tables(1);
    StartPolicy impatient = waits;
    impatient.wait_for = seconds(0);

    const ErrorDetails refused = failure("build", impatient);

    EXPECT_EQ(refused.code, ErrorCode::schema_outdated);
    EXPECT_EQ(refused.state, "this process was told not to migrate; waited 0s");
}

TEST_F(StartupTest, waits_for_ever_when_it_is_told_so) {
    tables(1);
    waits.wait_for = seconds::max();
    listener.on_warned = [this] { stop.request_stop(); };

    EXPECT_EQ(failure("build", waits).code, ErrorCode::cancelled);
}

TEST_F(StartupTest, waiting_ends_by_a_stop) {
    tables(1);
    listener.on_warned = [this] { stop.request_stop(); };

    const ErrorDetails refused = failure("build", waits);

    EXPECT_EQ(refused.code, ErrorCode::cancelled);
}

TEST_F(StartupTest, waiting_ends_at_the_deadline) {
    tables(1);
    Options given = options();
    given.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);

    EXPECT_EQ(failure_of([&] { start_up(given, waits); }).code, ErrorCode::cancelled);

    EXPECT_LT(std::chrono::steady_clock::now(), *given.deadline + seconds(20));
}

TEST_F(StartupTest, a_stop_before_the_last_migration_is_an_error) {
    tables(2);
    stop.request_stop();

    const ErrorDetails refused = failure("build");

    EXPECT_EQ(refused.code, ErrorCode::cancelled);
    EXPECT_EQ(Migrator(options()).status().state.version, std::nullopt);
}

TEST_F(StartupTest, warns_of_a_file_that_was_added_late) {
    file("1_a.up.sql", "CREATE TABLE a (id int);");
    file("3_c.up.sql", "CREATE TABLE c (id int);");
    start("build");
    file("2_b.up.sql", "CREATE TABLE b (id int);");

    start("build");

    EXPECT_EQ(listener.warnings(),
              (std::vector<std::string>{"2_b.up.sql is below the current version 3 and was never applied; "
                                        "it stays out until you go down below it and up again"}));
    EXPECT_EQ(Migrator(options()).status().skipped.front().version, Version{2});
}

class PostgresStartupTest : public PostgresLibraryTest {};

TEST_F(PostgresStartupTest, an_up_to_date_database_is_asked_one_query) {
    tables(2);
    start_up(options());
    set_for_sessions("log_statement = 'all'");
    for (const WhoMigrates who : {WhoMigrates::migrate, WhoMigrates::verify_only, WhoMigrates::wait}) {
        const std::size_t mark = log_mark();

        const StartReport report = start_up(options(), {.who_migrates = who});

        EXPECT_TRUE(report.steps.empty());
        EXPECT_EQ(statements_since(mark).size(), 1U) << ::testing::PrintToString(statements_since(mark));
    }
}

TEST_F(PostgresStartupTest, the_one_call_migrates_a_directory) {
    tables(2);

    EXPECT_EQ(postgres::run_migrations(url(), options().path).steps.size(), 2U);

    EXPECT_EQ(postgres::run_migrations(url(), options().path).state.version, Version{2});
}

// A rolling deploy: the row is dirty while a healthy new replica makes an index without blocking.
class RollingDeployTest : public PostgresLibraryTest {
protected:
    void SetUp() override {
        PostgresLibraryTest::SetUp();
        tables(1, "old");
        tables(1, "new");
        file("2_index.up.sql", "CREATE INDEX CONCURRENTLY i ON t1 (id);", "new");
        start_up(options("old"));
        holder_ = std::make_unique<postgres::Client>(url());
        holder_->run("BEGIN; LOCK TABLE t1 IN ROW EXCLUSIVE MODE");
        replica_ = std::async(std::launch::async, [this] { return start_up(options("new")); });
        ASSERT_TRUE(postgres::becomes_true(
            [this] { return client().ask("SELECT dirty FROM schema_migrations") == "t"; }));
    }
    void TearDown() override {
        let_it_finish();
        PostgresLibraryTest::TearDown();
    }

    void let_it_finish() { holder_.reset(); }

    std::future<StartReport> replica_;

private:
    std::unique_ptr<postgres::Client> holder_;
};

TEST_F(RollingDeployTest, an_old_replica_waits_for_the_new_one_and_then_serves) {
    Listener listener;
    std::future<StartReport> old =
        std::async(std::launch::async, [this] { return start_up(options("old")); });
    EXPECT_EQ(old.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);

    let_it_finish();

    ASSERT_EQ(replica_.wait_for(seconds(60)), std::future_status::ready);
    ASSERT_EQ(old.wait_for(seconds(60)), std::future_status::ready);
    EXPECT_EQ(replica_.get().steps.size(), 1U);
    const StartReport report = old.get();
    EXPECT_EQ(report.standing, Standing::ahead);
    EXPECT_EQ(report.state, (VersionState{Version{2}, false}));
}

TEST_F(RollingDeployTest, a_replica_that_waits_goes_on_waiting_and_then_serves) {
    const StartPolicy waits{.who_migrates = WhoMigrates::wait};
    std::future<StartReport> old =
        std::async(std::launch::async, [&] { return start_up(options("old"), waits); });
    EXPECT_EQ(old.wait_for(std::chrono::milliseconds(500)), std::future_status::timeout);

    let_it_finish();

    ASSERT_EQ(old.wait_for(seconds(60)), std::future_status::ready);
    EXPECT_EQ(old.get().standing, Standing::ahead);
    EXPECT_EQ(replica_.get().steps.size(), 1U);
}

TEST_F(RollingDeployTest, many_replicas_that_start_at_once_run_every_migration_once) {
    let_it_finish();
    replica_.get();
    tables(9, "newest");
    file("2_index.up.sql", "CREATE INDEX CONCURRENTLY i ON t1 (id);", "newest");
    std::filesystem::remove(options("newest").path + "/2_m2.up.sql");
    std::vector<std::future<StartReport>> replicas;

    for (int number = 0; number < 8; ++number)
        replicas.push_back(std::async(std::launch::async, [this] { return start_up(options("newest")); }));

    std::size_t ran = 0;
    for (std::future<StartReport>& replica : replicas)
        ran += replica.get().steps.size();
    EXPECT_EQ(ran, 7U);
    EXPECT_EQ(client().ask("SELECT count(*) FROM schema_migrations_history"), "9");
}

}  // namespace
}  // namespace aether::migrate::testing
