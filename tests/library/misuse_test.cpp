// SPDX-License-Identifier: MIT
// What a program does that it should not do, or not expect to work: each has a documented result.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "place.hpp"

namespace aether::migrate::testing {
namespace {

using std::chrono::seconds;

// Does something at each hook.
class Caller final : public Observer {
public:
    std::function<void(const StepReport&)> started = [](const StepReport&) {};
    std::function<void(const StepReport&)> finished = [](const StepReport&) {};
    std::function<void()> noticed = [] {};
    std::function<void()> waited = [] {};
    std::function<void()> blocked = [] {};

private:
    void on_step_started(const StepReport& step) override { started(step); }
    void on_step_finished(const StepReport& step) override { finished(step); }
    void on_notice(const spi::Notice&) override { noticed(); }
    void on_waiting_for_lock(const std::optional<spi::LockHolder>&, seconds) override { waited(); }
    void on_blocked(const std::vector<spi::Blocker>&) override { blocked(); }
};

struct Mine : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class MisuseTest : public LibraryTest {
protected:
    Options observed() {
        Options given = options();
        given.observer = &caller;
        return given;
    }

    Caller caller;
};

TEST_F(MisuseTest, what_a_callback_throws_before_a_step_arrives_and_the_step_is_not_run) {
    tables(3);
    caller.started = [](const StepReport& step) {
        if (step.version == Version{2})
            throw Mine("enough");
    };
    Migrator migrator(observed());

    EXPECT_THROW(migrator.up(), Mine);

    EXPECT_EQ(migrator.version(), (VersionState{Version{1}, false}));
    EXPECT_EQ(Migrator(options()).up().steps.size(), 2U);
}

TEST_F(MisuseTest, a_limit_that_no_server_counts_is_refused) {
    for (const std::chrono::milliseconds limit :
         {std::chrono::milliseconds{-1}, kLongestLimit + seconds(1), std::chrono::milliseconds::max()}) {
        Options given = options();
        given.limits.statement_timeout = limit;

        try {
            const Migrator migrator(given);
            ADD_FAILURE() << limit.count();
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        }
    }
}

TEST_F(MisuseTest, what_a_callback_throws_after_a_step_arrives_and_the_step_stays) {
    tables(3);
    caller.finished = [](const StepReport&) { throw Mine("enough"); };
    Migrator migrator(observed());

    EXPECT_THROW(migrator.up(), Mine);

    EXPECT_EQ(migrator.version(), (VersionState{Version{1}, false}));
    EXPECT_EQ(Migrator(options()).up().steps.size(), 2U);
}

TEST_F(MisuseTest, what_a_callback_throws_in_a_wait_for_the_lock_arrives_and_changes_nothing) {
    tables(1);
    std::promise<void> running;
    std::promise<void> go_on;
    Caller slow;
    slow.started = [&](const StepReport&) {
        running.set_value();
        go_on.get_future().wait();
    };
    Options first = options();
    first.observer = &slow;
    std::future<Report> other = std::async(std::launch::async, [&] { return Migrator(first).up(); });
    running.get_future().wait();
    caller.waited = [] { throw Mine("enough"); };

    EXPECT_THROW(Migrator(observed()).up(), Mine);

    go_on.set_value();
    EXPECT_EQ(other.get().steps.size(), 1U);
}

TEST_F(MisuseTest, an_error_of_ours_that_a_callback_throws_arrives_too) {
    file("1_a.up.sql", "CREATE TABLE a (id int);");
    file("3_c.up.sql", "CREATE TABLE c (id int);");
    Migrator(options()).up();
    file("2_b.up.sql", "CREATE TABLE b (id int);");
    Listener listener;
    listener.on_warned = [] { throw Error(ErrorCode::unsupported, "mine"); };
    Options given = options();
    given.observer = &listener;

    EXPECT_EQ(failure_of([&] { Migrator(given).up(); }).message, "mine");
}

TEST_F(MisuseTest, a_callback_may_destroy_the_migrator) {
    tables(3);
    std::unique_ptr<Migrator> migrator;
    caller.started = [&](const StepReport&) { migrator.reset(); };
    migrator = std::make_unique<Migrator>(observed());

    const Report report = migrator->up();

    EXPECT_EQ(report.steps.size(), 3U);
    EXPECT_EQ(migrator, nullptr);
}

TEST_F(MisuseTest, a_callback_may_move_the_migrator) {
    tables(3);
    std::optional<Migrator> second;
    std::optional<Migrator> first;
    caller.started = [&](const StepReport&) {
        if (!second)
            second.emplace(std::move(*first));
    };
    first.emplace(observed());

    EXPECT_EQ(first->up().steps.size(), 3U);

    EXPECT_EQ(second->version().version, Version{3});
}

TEST_F(MisuseTest, another_thread_may_destroy_the_migrator_of_an_operation) {
    tables(2);
    std::promise<void> running;
    std::promise<void> destroyed;
    caller.started = [&, told = false](const StepReport&) mutable {
        if (std::exchange(told, true))
            return;
        running.set_value();
        destroyed.get_future().wait();
    };
    auto migrator = std::make_unique<Migrator>(observed());
    std::future<Report> run = std::async(std::launch::async, [up = migrator.get()] { return up->up(); });
    running.get_future().wait();

    migrator.reset();
    destroyed.set_value();

    EXPECT_EQ(run.get().steps.size(), 2U);
}

TEST_F(MisuseTest, a_migrator_that_was_moved_from_says_so) {
    tables(1);
    Migrator first(options());
    const Migrator second(std::move(first));

    // NOLINTNEXTLINE(bugprone-use-after-move): that is what is tested
    const ErrorDetails refused = failure_of([&] { first.up(); });

    EXPECT_EQ(refused.code, ErrorCode::invalid_argument);
    EXPECT_EQ(refused.message, "this migrator was moved from: it can do nothing");
}

TEST_F(MisuseTest, a_version_below_zero_is_not_forced) {
    tables(1);
    Migrator migrator(options());
    migrator.up();

    const ErrorDetails refused = failure_of([&] { migrator.force(Version{-5}); });

    EXPECT_EQ(refused.code, ErrorCode::invalid_argument);
    EXPECT_EQ(migrator.version().version, Version{1});
    EXPECT_EQ(migrator.history(10).size(), 1U);
}

TEST_F(MisuseTest, a_migrator_at_work_refuses_a_second_operation) {
    tables(1);
    ErrorDetails same_thread;
    ErrorDetails other_thread;
    std::optional<Migrator> migrator;
    caller.started = [&](const StepReport&) {
        same_thread = failure_of([&] { migrator->version(); });
        other_thread =
            std::async(std::launch::async, [&] { return failure_of([&] { migrator->up(); }); }).get();
    };
    migrator.emplace(observed());

    EXPECT_EQ(migrator->up().steps.size(), 1U);

    EXPECT_EQ(same_thread.message, "this migrator is at work: an operation of it has not ended");
    EXPECT_EQ(other_thread.code, ErrorCode::invalid_argument);
    EXPECT_EQ(migrator->version().version, Version{1});
}

TEST_F(MisuseTest, a_callback_may_cancel_the_run) {
    tables(3);
    std::stop_source stop;
    caller.finished = [&stop](const StepReport&) { stop.request_stop(); };
    Options given = observed();
    given.stop.finish = stop.get_token();

    const Report report = Migrator(given).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_EQ(report.steps.size(), 1U);
    EXPECT_EQ(report.left, 2U);
}

TEST_F(MisuseTest, migrators_in_several_threads_run_every_migration_once) {
    tables(5);
    std::vector<std::future<Report>> runs;

    for (int number = 0; number < 6; ++number)
        runs.push_back(std::async(std::launch::async, [this] { return Migrator(options()).up(); }));

    std::size_t steps = 0;
    for (std::future<Report>& run : runs)
        steps += run.get().steps.size();
    EXPECT_EQ(steps, 5U);
}

TEST_F(MisuseTest, migrators_of_several_databases_do_not_meet) {
    tables(3);
    std::vector<std::future<Report>> runs;

    for (int number = 0; number < 6; ++number) {
        runs.push_back(std::async(std::launch::async, [this, number] {
            Options given = options();
            given.database += "." + std::to_string(number);
            return Migrator(given).up();
        }));
    }

    for (std::future<Report>& run : runs)
        EXPECT_EQ(run.get().steps.size(), 3U);
}

class PostgresMisuseTest : public PostgresLibraryTest {
protected:
    Options observed() {
        Options given = options();
        given.observer = &caller;
        return given;
    }

    // The same migrator can go on, and so can others.
    void expect_clean(Migrator& migrator) {
        caller.noticed = caller.blocked = [] {};
        EXPECT_EQ(migrator.version(), VersionState{});
        EXPECT_EQ(client().ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0");
        EXPECT_EQ(client().ask("SELECT to_regclass('a')"), "");
        EXPECT_EQ(Migrator(options()).up().steps.size(), 1U);
    }

    Caller caller;
};

TEST_F(PostgresMisuseTest, what_a_notice_throws_arrives_and_the_step_is_rolled_back) {
    file("1_a.up.sql", "CREATE TABLE a (id int); DO $$ BEGIN RAISE NOTICE 'here'; END $$; SELECT 1;");
    caller.noticed = [] { throw Mine("enough"); };
    Migrator migrator(observed());

    EXPECT_THROW(migrator.up(), Mine);

    expect_clean(migrator);
}

TEST_F(PostgresMisuseTest, what_a_wait_for_a_table_throws_arrives_and_the_step_is_rolled_back) {
    client().run("CREATE TABLE busy (id int)");
    file("1_a.up.sql", "CREATE TABLE a (id int); ALTER TABLE busy ADD COLUMN b int;");
    auto holder = std::make_unique<postgres::Client>(url());
    holder->run("BEGIN; SELECT * FROM busy");
    const auto start = std::chrono::steady_clock::now();
    caller.blocked = [] { throw Mine("enough"); };
    Options given = observed();
    given.limits.table_lock_timeout = seconds(120);
    Migrator migrator(given);

    EXPECT_THROW(migrator.up(), Mine);

    EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(60));
    holder.reset();
    expect_clean(migrator);
}

}  // namespace
}  // namespace aether::migrate::testing
