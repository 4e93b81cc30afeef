// SPDX-License-Identifier: MIT
// The kit itself: each broken promise is found by the check that is there for it.
#include "broken_drivers.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <aether/migrate/conformance.hpp>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/driver.hpp>

#include "../../drivers/postgres/dialect.hpp"
#include "../../drivers/postgres/driver.hpp"
#include "broken_locks.hpp"
#include "postgres_subject.hpp"

namespace aether::migrate::conformance {

namespace {

using testing::HasSubstr;

class Server : public testing::Environment {
    void SetUp() override { start_postgres(); }
    void TearDown() override { remove_postgres(); }
};

// GoogleTest owns it.
testing::Environment* const kServer = testing::AddGlobalTestEnvironment(new Server);

/// Keeps the good connection as long as the broken one that stands around it.
struct Inner {
    std::unique_ptr<spi::Connection> connection;
};

template <typename Broken>
class Owning final : private Inner, public Broken {
public:
    explicit Owning(std::unique_ptr<spi::Connection> good)
        : Inner{std::move(good)}, Broken(*Inner::connection) {}
};

template <typename Broken>
spi::Opened open_broken(std::string_view url, const spi::Wait& wait) {
    spi::Opened opened = postgres::kDriver.open(url, wait);
    opened.connection = std::make_unique<Owning<Broken>>(std::move(opened.connection));
    return opened;
}

template <typename Broken>
Result result_of(const std::string& check, std::chrono::seconds limit = std::chrono::seconds(60)) {
    const spi::DriverInfo driver{"broken", {}, open_broken<Broken>};
    Subject subject = postgres_subject();
    subject.driver = &driver;
    subject.slow = "SELECT pg_sleep(12)";  // longer than a check waits, shorter than its limit
    return run(subject, {.filter = check, .limit = limit}).at(0);
}

#define EXPECT_CAUGHT(Broken, check, words)                            \
    {                                                                  \
        const Result result = result_of<Broken>(check);                \
        EXPECT_EQ(result.outcome, Outcome::failed) << to_line(result); \
        EXPECT_THAT(result.why, HasSubstr(words));                     \
    }

#define EXPECT_PASSED(Broken, check)                                   \
    {                                                                  \
        const Result result = result_of<Broken>(check);                \
        EXPECT_EQ(result.outcome, Outcome::passed) << to_line(result); \
    }

TEST(conformance_kit, catches_a_lock_that_excludes_nobody) {
    EXPECT_CAUGHT(LockForEverybody, "lock_excludes_another_session", "two sessions hold the lock at once");
    EXPECT_CAUGHT(LockForEverybody, "lock_excludes_another_process", "two processes hold the lock at once");
    EXPECT_CAUGHT(LockForEverybody, "lock_is_held_by_one_of_many", "eight processes counted");
}

TEST(conformance_kit, catches_a_lock_that_other_processes_do_not_see) {
    EXPECT_PASSED(LockOfOneProcess, "lock_excludes_another_session");
    EXPECT_CAUGHT(LockOfOneProcess, "lock_excludes_another_process", "two processes hold the lock at once");
}

TEST(conformance_kit, catches_a_lock_that_outlives_its_owner) {
    EXPECT_PASSED(LockThatStays, "lock_excludes_another_process");
    EXPECT_CAUGHT(LockThatStays, "lock_is_freed_when_its_owner_is_killed", "not free after 20 s");
}

TEST(conformance_kit, catches_a_lock_that_is_never_given_back) {
    EXPECT_CAUGHT(UnlockForgotten, "lock_excludes_another_session", "not free after unlock()");
    EXPECT_CAUGHT(UnlockForgotten, "lock_rolls_back_when_given_back", "leaves a block open");
}

TEST(conformance_kit, catches_a_guard_that_lets_everybody_write) {
    EXPECT_CAUGHT(GuardSleeps, "lock_guard_of_a_write_needs_it", "without the lock");
}

TEST(conformance_kit, catches_a_commit_that_lies) {
    EXPECT_CAUGHT(CommitLies, "transaction_commit_keeps", "after COMMIT: 0, expected 2");
    EXPECT_PASSED(CommitLies, "transaction_rollback_takes_back");
}

TEST(conformance_kit, catches_a_rollback_that_lies) {
    EXPECT_CAUGHT(RollbackLies, "transaction_rollback_takes_back", "rows after ROLLBACK: 2, expected 0");
}

TEST(conformance_kit, catches_positions_in_bytes) {
    EXPECT_CAUGHT(PositionInBytes, "script_tells_where_it_failed", "in characters from 1");
    EXPECT_CAUGHT(PositionInBytes, "script_failure_shows_in_the_file", "the line of the broken statement");
}

TEST(conformance_kit, catches_a_wrong_count_of_statements) {
    EXPECT_CAUGHT(CountsTooMany, "script_counts_completed_statements", "3, expected 2");
}

TEST(conformance_kit, catches_names_without_quotes) {
    EXPECT_CAUGHT(FoldsNames, "name_of_the_version_table_keeps_its_case", "does not find the version table");
    EXPECT_CAUGHT(StopsAtQuotes, "name_of_the_version_table_is_quoted", "");
}

TEST(conformance_kit, catches_a_look_that_sees_amiss) {
    EXPECT_CAUGHT(NeverMoved, "look_sees_a_move_by_others", "others moved the version");
    EXPECT_CAUGHT(NeverDirty, "look_finds_rows_as_they_are", "look() shows a clean version");
    EXPECT_CAUGHT(NeverCurrent, "resume_goes_on_after_a_failure", "outdated");
    EXPECT_PASSED(NeverMoved, "look_finds_rows_as_they_are");
}

TEST(conformance_kit, catches_a_look_that_writes_or_waits) {
    EXPECT_CAUGHT(LookWrites, "look_at_an_empty_database_finds_and_writes_nothing", "in an empty database");

    const Result waited = result_of<LookLocks>("look_does_not_wait_for_a_writer", std::chrono::seconds(10));

    EXPECT_EQ(waited.why, "not over after 10 s");
}

TEST(conformance_kit, catches_values_that_change) {
    EXPECT_CAUGHT(ChangesValues<cut_at_zero>, "value_with_a_zero_byte_is_never_cut", "zero byte");
    EXPECT_CAUGHT(ChangesValues<forget_null>, "value_null_is_no_empty_text", "NULL");
    EXPECT_CAUGHT(ChangesValues<trim>, "value_texts_come_back_as_they_were", "bound and read again");
    EXPECT_CAUGHT(ChangesValues<shorten>, "value_of_great_size_comes_back", "1048576, expected 16777216");
}

TEST(conformance_kit, catches_wrong_counts_of_rows_and_batches) {
    EXPECT_CAUGHT(CountsChangedRows, "value_counts_the_rows_reached", "changes nothing in it: 0, expected 1");
    EXPECT_CAUGHT(BatchGoesOn, "value_batch_stops_at_its_first_failure", "goes on after a statement");
}

TEST(conformance_kit, catches_a_driver_that_does_not_stop) {
    using IgnoresStops = Deaf<false, true>;
    using IgnoresDeadlines = Deaf<true, false>;
    EXPECT_CAUGHT(IgnoresStops, "stop_ends_a_script", "");
    EXPECT_PASSED(IgnoresStops, "stop_by_deadline_ends_a_script");
    EXPECT_CAUGHT(IgnoresDeadlines, "stop_by_deadline_ends_a_script", "ms are allowed");
}

TEST(conformance_kit, catches_a_drop_that_leaves_or_takes_too_much) {
    EXPECT_CAUGHT(DropSparesUs, "drop_removes_everything", "drop() leaves");
    EXPECT_CAUGHT(PlanDrops, "drop_plan_changes_nothing", "");
}

TEST(conformance_kit, catches_findings_without_a_look) {
    EXPECT_CAUGHT(AlwaysThere, "effect_create_index_concurrently", "before the statement ran");
    EXPECT_CAUGHT(AllAlive, "session_names_itself_for_others", "does not see that a session is gone");
}

TEST(conformance_kit, survives_a_driver_that_crashes_or_hangs) {
    EXPECT_CAUGHT(Crashes, "lock_excludes_another_session", "its process died: ended by signal 6");

    const Result hung = result_of<Hangs>("lock_excludes_another_session", std::chrono::seconds(3));

    EXPECT_EQ(hung.outcome, Outcome::failed);
    EXPECT_EQ(hung.why, "not over after 3 s");
}

// A driver that is good in everything but claims what is not so.
template <void (*Claim)(spi::Dialect&)>
class Claims : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    const spi::Dialect& do_dialect() const override {
        static const spi::Dialect kChanged = [] {
            spi::Dialect changed = postgres::dialect();
            Claim(changed);
            return changed;
        }();
        return kChanged;
    }
};

void no_ddl(spi::Dialect& dialect) {
    dialect.transactional_ddl = spi::TransactionalDdl::none;
}
void long_names(spi::Dialect& dialect) {
    dialect.max_identifier_bytes = 100;
}
void short_names(spi::Dialect& dialect) {
    dialect.max_identifier_bytes = 40;
}
void all_transactional(spi::Dialect& dialect) {
    dialect.statements = {};
}
void inserts_are_bare(spi::Dialect& dialect) {
    static constexpr std::array kRules{
        spi::StatementRule{"INSERT", spi::StatementKind::non_transactional, "INSERT"}};
    dialect.statements = kRules;
}
void backslashes(spi::Dialect& dialect) {
    dialect.lexical.backslash_escapes = true;
}
void no_dollars(spi::Dialect& dialect) {
    dialect.lexical.dollar_quotes = false;
}

TEST(conformance_kit, catches_claims_in_both_directions) {
    EXPECT_CAUGHT(Claims<no_ddl>, "transaction_of_schema_changes_is_as_claimed", "transactional_ddl none");
    EXPECT_CAUGHT(Claims<no_ddl>, "transaction_of_schema_removals_is_as_claimed", "transactional_ddl none");
    EXPECT_CAUGHT(Claims<long_names>, "name_is_as_long_as_claimed", "");
    EXPECT_CAUGHT(Claims<short_names>, "name_is_as_long_as_claimed", "names of 41 bytes are kept whole");
    EXPECT_CAUGHT(Claims<all_transactional>, "statement_vacuum", "the server refuses it in a block");
    EXPECT_CAUGHT(Claims<inserts_are_bare>, "statement_insert", "runs it in a block and rolls it back");
    EXPECT_CAUGHT(Claims<backslashes>, "rule_backslash_escapes_is_the_servers", "which the dialect claims");
    EXPECT_CAUGHT(Claims<no_dollars>, "rule_dollar_quotes_is_the_servers", "does not claim");
    EXPECT_CAUGHT(Claims<no_dollars>, "script_is_cut_as_the_server_cuts", "");
}

// DDL that commits by itself, under a dialect that claims it can be rolled back.
class DdlCommits : public ForwardingConnection {
public:
    using ForwardingConnection::ForwardingConnection;

private:
    spi::ScriptResult do_execute(std::string_view text, const spi::Wait& wait) override {
        const bool in_block = inner().transaction_state() == spi::TransactionState::open;
        if (!in_block ||
            !(text.starts_with("CREATE") || text.starts_with("DROP") || text.starts_with("ALTER")))
            return inner().execute(text, wait);
        inner().query({"COMMIT", {}}, wait);
        spi::ScriptResult result = inner().execute(text, wait);
        inner().query({"BEGIN", {}}, wait);
        return result;
    }
};

TEST(conformance_kit, catches_schema_changes_that_commit_by_themselves) {
    EXPECT_CAUGHT(DdlCommits, "transaction_of_schema_changes_is_as_claimed", "ROLLBACK leaves the new table");
    EXPECT_CAUGHT(DdlCommits, "transaction_of_schema_removals_is_as_claimed", "does not bring a table back");
    EXPECT_CAUGHT(DdlCommits, "statement_create_table", "it commits by itself");
}

TEST(conformance_kit, says_which_claim_is_not_made) {
    Subject subject = postgres_subject();
    subject.silent_url = nullptr;
    subject.hard_script.clear();

    const std::vector<Result> results =
        run(subject,
            {.filter = "session_gives_up_opening_by_its_deadline:script_is_cut*:effect_vacuum_missing*"});

    ASSERT_EQ(results.size(), 2u);
    EXPECT_EQ(results[0].outcome, Outcome::not_applicable);
    EXPECT_EQ(results[0].why, "silent_url is not given: the database has no network");
    EXPECT_EQ(results[1].why, "hard_script is not given");
}

TEST(conformance_kit, refuses_a_filter_that_fits_no_check) {
    EXPECT_THROW(run(postgres_subject(), {.filter = "no_such_check"}), Error);
    EXPECT_THROW(run(Subject{}), Error);
}

TEST(conformance_kit, reports_a_database_that_cannot_be_made) {
    Subject subject = postgres_subject();
    subject.make_database = [](std::string_view) -> Database {
        throw std::runtime_error("the disk is full");
    };

    const Result result = run(subject, {.filter = "lock_excludes_another_session"}).at(0);

    EXPECT_EQ(result.outcome, Outcome::failed);
    EXPECT_THAT(result.why, HasSubstr("the disk is full"));
}

}  // namespace

}  // namespace aether::migrate::conformance
