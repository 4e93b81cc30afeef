// SPDX-License-Identifier: MIT
// Whole runs on a fake database: what is asked of it, in which order, and what is left after a failure.
#include "../../src/run/runner.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/mysql/dialect.hpp"
#include "../../drivers/postgres/dialect.hpp"
#include "../../src/source/memory.hpp"
#include "../support/fake_clock.hpp"
#include "../support/fake_connection.hpp"

namespace aether::migrate::run {
namespace {

using Log = std::vector<std::string>;

class Listener final : public Observer {
public:
    Log finished;
    Log warnings;

private:
    void on_step_finished(const StepReport& step) override {
        finished.push_back(to_string(step.version) +
                           std::string(1, step.direction == Direction::up ? 'u' : 'd'));
    }
    void on_warning(std::string_view text) override { warnings.emplace_back(text); }
};

class RunnerTest : public ::testing::Test {
protected:
    explicit RunnerTest(const spi::Dialect& dialect = postgres::dialect()) : connection_(dialect) {
        connection_.look_result.facts.schema = "public";
    }

    void files(const std::map<std::string, std::string>& files) {
        source_ = std::make_unique<MemorySource>(files);
        catalog_ = make_catalog(source_->list(), source_->describe());
    }

    // The row and the history agree: version `row` is current and everything up to it was applied by us.
    void at(std::int64_t row, std::uint64_t count, std::uint64_t sum) {
        spi::Look& look = connection_.look_result;
        look.version_table = look.history_table = look.history_rows = true;
        look.version_rows.push_back({row, false});
        look.history_version = row;
        look.applied_count = count;
        look.applied_sum = sum;
    }

    RunContext context() {
        return {connection_,
                *source_,
                catalog_,
                settings_,
                start_,
                clock_,
                listener_,
                std::nullopt,
                {},
                {},
                {finish_.get_token(), {}, {}}};
    }

    ErrorDetails failure_of(const Target& target) {
        try {
            run_to(context(), target);
        } catch (const Error& error) {
            return error.details();
        }
        return {};
    }

    void refuse_script(const std::string& part, const std::string& sqlstate) {
        connection_.fails = [part, sqlstate](std::string_view text) -> std::optional<spi::ScriptFailure> {
            if (text.find(part) == std::string_view::npos)
                return std::nullopt;
            spi::ScriptFailure failure;
            failure.message = "refused";
            failure.sqlstate = sqlstate;
            failure.original = "pq: refused";
            return failure;
        };
    }

    testing::FakeConnection connection_;
    std::unique_ptr<MemorySource> source_;
    Catalog catalog_;
    spi::Settings settings_;
    SessionStart start_{
        {std::nullopt, "schema_migrations", "schema_migrations_history", "schema_migrations_journal"},
        std::nullopt};
    testing::FakeClock clock_;
    Listener listener_;
    std::stop_source finish_;
};

TEST_F(RunnerTest, does_nothing_but_look_when_all_is_applied) {
    files({{"1_a.up.sql", "SELECT 1;"}, {"2_b.up.sql", "SELECT 2;"}});
    at(2, 2, 3);

    const Report report = run_to(context(), UpTarget{});

    EXPECT_EQ(connection_.log, (Log{"look"}));
    EXPECT_TRUE(report.steps.empty());
    EXPECT_EQ(report.end, RunEnd::done);
}

TEST_F(RunnerTest, looks_again_under_the_lock_and_gives_it_back) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.look_result.version_table = connection_.look_result.history_table = true;

    run_to(context(), UpTarget{});

    EXPECT_EQ(connection_.log, (Log{"look", "lock", "look", "BEGIN", "script SELECT 1;", "DELETE", "INSERT",
                                    "INSERT", "COMMIT", "unlock"}));
    EXPECT_EQ(listener_.finished, (Log{"1u"}));
}

TEST_F(RunnerTest, makes_its_tables_in_the_first_transaction) {
    files({{"1_a.up.sql", "SELECT 1;"}});

    run_to(context(), UpTarget{});

    EXPECT_EQ(connection_.log, (Log{"look", "lock", "look", "BEGIN", "script SELECT 1;", "CREATE", "CREATE",
                                    "DELETE", "INSERT", "INSERT", "COMMIT", "unlock"}));
}

TEST_F(RunnerTest, rolls_a_failed_file_back_and_stays_clean) {
    files({{"1_a.up.sql", "SELECT 1;"}, {"2_b.up.sql", "SELECT 2;\nBAD;"}});
    refuse_script("BAD", "42601");

    const ErrorDetails details = failure_of(UpTarget{});

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_NE(details.state.find("version 1, clean"), std::string::npos);
    EXPECT_EQ(listener_.finished, (Log{"1u"}));
    EXPECT_EQ(connection_.log.back(), "unlock");
    EXPECT_EQ(connection_.log[connection_.log.size() - 2], "ROLLBACK");
}

TEST_F(RunnerTest, names_who_stood_in_the_way_when_only_an_earlier_try_saw_him) {
    files({{"1_a.up.sql", "-- migrate:retry-for 1s\nALTER TABLE t ADD b int;"}});
    std::size_t tries = 0;
    connection_.fails = [&tries](std::string_view) {
        spi::ScriptFailure failure;
        failure.message = "canceling statement due to lock timeout";
        failure.passing = true;
        if (++tries == 1) {
            failure.blockers.emplace_back();
            failure.blockers.back().pid = 77;
            failure.blockers.back().application = "report";
        }
        return std::optional(failure);
    };

    const std::string detail = failure_of(UpTarget{}).detail;

    EXPECT_GT(tries, 1U);
    EXPECT_NE(detail.find("in the way of an earlier try: pid 77, application report"), std::string::npos)
        << detail;
}

TEST_F(RunnerTest, checks_every_file_before_the_first_one_runs) {
    files({{"1_a.up.sql", "SELECT 1;"}, {"2_b.up.sql", "SELECT 2; COPY t FROM STDIN;"}});

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::migration_refused);
    EXPECT_EQ(connection_.log, (Log{"look", "lock", "look", "unlock"}));
}

TEST_F(RunnerTest, marks_dirty_around_a_file_that_runs_bare) {
    files({{"1_a.up.sql", "VACUUM;"}});
    connection_.look_result.version_table = connection_.look_result.history_table = true;

    run_to(context(), UpTarget{});

    EXPECT_EQ(connection_.log, (Log{"look", "lock", "look", "BEGIN", "DELETE", "INSERT", "CREATE", "DELETE",
                                    "INSERT", "COMMIT", "script VACUUM;", "BEGIN", "DELETE", "UPDATE",
                                    "DELETE", "INSERT", "COMMIT", "unlock"}));
}

TEST_F(RunnerTest, asks_a_person_about_a_failed_statement_that_no_driver_can_see) {
    files({{"1_a.up.sql", "VACUUM;"}});
    refuse_script("VACUUM", "42P01");

    const ErrorDetails details = failure_of(UpTarget{});

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_NE(details.state.find("dirty at version 1"), std::string::npos);
    EXPECT_NE(details.next.find("migrate repair -applied"), std::string::npos);
    EXPECT_NE(details.next.find("migrate repair -not-applied"), std::string::npos);
}

TEST_F(RunnerTest, runs_a_statement_that_commits_by_itself_again_without_a_transaction) {
    files({{"1_a.up.sql", "CALL p();"}});
    int calls = 0;
    connection_.fails = [&calls](std::string_view) -> std::optional<spi::ScriptFailure> {
        if (++calls > 1)
            return std::nullopt;
        spi::ScriptFailure failure;
        failure.sqlstate = "2D000";
        return failure;
    };

    const Report report = run_to(context(), UpTarget{});

    EXPECT_EQ(calls, 2);
    EXPECT_EQ(report.steps.front().mode, StepMode::bare);
}

TEST_F(RunnerTest, does_not_run_a_longer_file_twice) {
    files({{"1_a.up.sql", "SELECT 1; CALL p();"}});
    refuse_script("CALL", "2D000");

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::migration_failed);
    EXPECT_EQ(std::count(connection_.log.begin(), connection_.log.end(), "script SELECT 1; CALL p();"), 1);
}

TEST_F(RunnerTest, stops_when_the_row_is_not_what_it_was_under_the_lock) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.affected = 0;

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::bookkeeping_failed);
    EXPECT_EQ(connection_.log[connection_.log.size() - 2], "ROLLBACK");
}

TEST_F(RunnerTest, does_not_believe_a_commit_that_was_answered_with_rollback) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.commit_tag = "ROLLBACK";

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::migration_failed);
    EXPECT_TRUE(listener_.finished.empty());
}

TEST_F(RunnerTest, refuses_a_dirty_database) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.look_result.version_rows.push_back({1, true});

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::dirty);
}

TEST_F(RunnerTest, looks_no_further_for_a_limit_of_nothing) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.look_result.version_rows.push_back({1, true});

    EXPECT_EQ(run_to(context(), UpTarget{0}).end, RunEnd::done);
    EXPECT_EQ(connection_.log, (Log{"look"}));
}

TEST_F(RunnerTest, stops_between_two_migrations) {
    files({{"1_a.up.sql", "SELECT 1;"}, {"2_b.up.sql", "SELECT 2;"}});
    connection_.fails = [this](std::string_view) -> std::optional<spi::ScriptFailure> {
        finish_.request_stop();
        return std::nullopt;
    };

    const Report report = run_to(context(), UpTarget{});

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_EQ(report.left, 1U);
    EXPECT_EQ(listener_.finished, (Log{"1u"}));
}

TEST_F(RunnerTest, has_nothing_to_stop_after_a_stop_that_came_before_it) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    finish_.request_stop();

    EXPECT_EQ(run_to(context(), UpTarget{}).end, RunEnd::stopped);
    EXPECT_EQ(connection_.log, (Log{"look"}));
}

TEST_F(RunnerTest, is_cut_off_by_a_stop_before_the_lock) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.looked = [this] { finish_.request_stop(); };

    const ErrorDetails failure = failure_of(UpTarget{});

    EXPECT_EQ(failure.code, ErrorCode::cancelled);
    EXPECT_EQ(failure.state, "nothing was changed");
    EXPECT_EQ(connection_.log, (Log{"look"}));
}

TEST_F(RunnerTest, is_cut_off_by_a_stop_before_the_first_migration) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.looked = [this] {
        if (connection_.locked)
            finish_.request_stop();
    };

    const ErrorDetails failure = failure_of(UpTarget{});

    EXPECT_EQ(failure.code, ErrorCode::cancelled);
    EXPECT_EQ(failure.state, "the database is at no version, clean");
    EXPECT_EQ(connection_.log.back(), "unlock");
    EXPECT_TRUE(listener_.finished.empty());
}

TEST_F(RunnerTest, runs_what_there_is_and_says_what_is_short) {
    files({{"1_a.up.sql", "SELECT 1;"}});

    const Report report = run_to(context(), UpTarget{3});

    EXPECT_EQ(report.end, RunEnd::short_of_it);
    EXPECT_EQ(report.short_by, 2U);
}

TEST_F(RunnerTest, warns_of_a_down_that_has_no_file) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    at(1, 1, 1);
    connection_.look_result.history_rows = false;  // another tool applied it

    const Report report = run_to(context(), DownTarget{1});

    EXPECT_EQ(report.steps.front().mode, StepMode::version_only);
    ASSERT_EQ(listener_.warnings.size(), 1U);
    EXPECT_NE(listener_.warnings.front().find("no down file"), std::string::npos);
}

TEST_F(RunnerTest, refuses_a_session_that_can_only_read) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.look_result.facts.read_only = true;

    EXPECT_EQ(failure_of(UpTarget{}).code, ErrorCode::unsupported);
    EXPECT_EQ(connection_.log, (Log{"look"}));
}

TEST_F(RunnerTest, forces_a_version_without_running_anything) {
    files({{"1_a.up.sql", "SELECT 1;"}});
    connection_.look_result.version_table = connection_.look_result.history_table = true;
    connection_.look_result.version_rows.push_back({1, true});

    force_to(context(), std::nullopt);

    EXPECT_EQ(connection_.log,
              (Log{"look", "lock", "look", "BEGIN", "DELETE", "INSERT", "COMMIT", "unlock"}));
}

class MysqlRunnerTest : public RunnerTest {
protected:
    MysqlRunnerTest() : RunnerTest(mysql::dialect()) {}
};

TEST_F(MysqlRunnerTest, counts_the_statements_of_a_whole_file_as_its_delimiter_cuts_it) {
    files({{"1_a.up.sql", "DELIMITER //\nDECLARE x INT; BEGIN SELECT 1; END//\nROLLBACK//\n"}});
    refuse_script("ROLLBACK", "42000");

    const ErrorDetails details = failure_of(UpTarget{});

    EXPECT_NE(details.state.find("which of the 2 statements of this file"), std::string::npos)
        << details.state;
}

}  // namespace
}  // namespace aether::migrate::run
