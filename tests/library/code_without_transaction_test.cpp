// SPDX-License-Identifier: MIT
// Migrations written in C++ that no transaction guards: what is true after they fail or are killed.
#include <csignal>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <aether/migrate/code_migration.hpp>
#include <aether/migrate/migrate.hpp>

#include "../postgres/fixture.hpp"
#include "code_fixture.hpp"

namespace aether::migrate {
namespace {

constexpr const char* kHead = "-- migrate:code\n-- migrate:no-transaction\n";

class CodeWithoutTransaction : public postgres::PostgresTest {
protected:
    CodeWithoutTransaction() {
        files.write("1_a.up.sql", "CREATE TABLE a (i bigint);");
        files.write_pair(2, kHead);
    }

    Migrator migrator(CodeFunction up) const {
        Options options;
        options.path = files.path();
        options.database = url();
        options.code = {{Version{2}, std::move(up), [](CodeSession&) {}}};
        return Migrator(std::move(options));
    }

    Migrator program_without_function() const {
        Options options;
        options.path = files.path();
        options.database = url();
        return Migrator(std::move(options));
    }

    // A process that dies after the function's first statement.
    void kill_in_function() const {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                migrator([](CodeSession& session) {
                    insert(session);
                    ::kill(::getpid(), SIGKILL);
                }).up();
            } catch (...) {  // a thread root of its own: the parent sees that it was not killed
            }
            ::_exit(1);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status));
    }

    static void insert(CodeSession& session) { session.execute("INSERT INTO a VALUES (1)"); }
    std::string row() const { return other->ask("SELECT (version, dirty) FROM schema_migrations"); }
    std::string rows_of_a() const { return other->ask("SELECT count(*) FROM a"); }

    CodeFiles files;
};

TEST_F(CodeWithoutTransaction, runs_what_no_transaction_takes) {
    const Report report = migrator([](CodeSession& session) {
                              session.run("CREATE INDEX CONCURRENTLY a_i ON a (i)");
                              insert(session);
                          }).up();

    EXPECT_EQ(report.steps.at(1).mode, StepMode::bare);
    EXPECT_EQ(report.steps.at(1).statements, 2U);
    EXPECT_EQ(row(), "(2,f)");
    EXPECT_EQ(other->ask("SELECT count(*) FROM schema_migrations_journal"), "0");
    EXPECT_EQ(other->ask("SELECT statements_done FROM schema_migrations_history WHERE version = 2"), "2");
}

TEST_F(CodeWithoutTransaction, that_throws_in_the_middle_leaves_the_row_dirty_and_says_what_to_look_at) {
    const ErrorDetails details = error_of([&] {
        migrator([](CodeSession& session) {
            insert(session);
            throw std::runtime_error("no more paper");
        }).up();
    });

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_NE(details.state.find("what of the C++ function is applied can't be told"), std::string::npos)
        << details.state;
    EXPECT_NE(details.next.find("migrate repair -applied"), std::string::npos) << details.next;
    EXPECT_EQ(row(), "(2,t)");
}

TEST_F(CodeWithoutTransaction, that_throws_before_its_first_statement_leaves_nothing) {
    const ErrorDetails details =
        error_of([&] { migrator([](CodeSession&) { throw std::runtime_error("no paper"); }).up(); });

    EXPECT_EQ(details.state, "the database is at version 1, clean: nothing of this migration was applied");
    EXPECT_EQ(row(), "(1,f)");
}

TEST_F(CodeWithoutTransaction, that_loses_its_session_leaves_the_row_dirty_even_if_it_catches_that) {
    const ErrorDetails details = error_of([&] {
        migrator([](CodeSession& session) {
            insert(session);
            EXPECT_THROW(session.query("SELECT pg_terminate_backend(pg_backend_pid())"), Error);
        }).up();
    });

    EXPECT_EQ(details.code, ErrorCode::connection_failed);
    EXPECT_NE(details.next.find("migrate repair -applied"), std::string::npos) << details.next;
    EXPECT_EQ(row(), "(2,t)");
}

TEST_F(CodeWithoutTransaction, that_is_aborted_stays_dirty_and_says_what_to_look_at) {
    std::stop_source stop;
    Options options;
    options.path = files.path();
    options.database = url();
    options.code = {{Version{2},
                     [&stop](CodeSession& session) {
                         insert(session);
                         stop.request_stop();
                         insert(session);
                     },
                     {}}};
    options.stop = {stop.get_token(), stop.get_token(), stop.get_token()};

    const ErrorDetails details = error_of([&] { Migrator(std::move(options)).up(); });

    EXPECT_EQ(details.code, ErrorCode::cancelled);
    EXPECT_NE(details.next.find("migrate repair -applied"), std::string::npos) << details.next;
    EXPECT_EQ(row(), "(2,t)");
    EXPECT_EQ(rows_of_a(), "1");
}

TEST_F(CodeWithoutTransaction, may_not_begin_a_transaction_of_its_own) {
    const ErrorDetails details =
        error_of([&] { migrator([](CodeSession& session) { session.run("BEGIN"); }).up(); });

    EXPECT_EQ(details.message, "migration refused: BEGIN in the up function of version 2");
    EXPECT_EQ(row(), "(1,f)");
}

TEST_F(CodeWithoutTransaction, that_was_killed_stops_the_next_run_until_a_person_has_looked) {
    kill_in_function();
    EXPECT_EQ(row(), "(2,t)");

    const ErrorDetails details = error_of([&] { migrator(insert).up(); });

    EXPECT_EQ(details.code, ErrorCode::dirty);
    EXPECT_NE(details.state.find("the C++ function of 2_code.up.sql was under way"), std::string::npos)
        << details.state;
    EXPECT_NE(details.next.find("look at what the function changes"), std::string::npos) << details.next;
    EXPECT_EQ(rows_of_a(), "1");

    program_without_function().repair(RepairMode::act, Answer::not_applied);
    EXPECT_EQ(row(), "(1,f)");
    migrator(insert).up();
    EXPECT_EQ(row(), "(2,f)");
    EXPECT_EQ(rows_of_a(), "2");
}

TEST_F(CodeWithoutTransaction, that_was_killed_and_is_complete_is_finished_by_any_program) {
    kill_in_function();

    program_without_function().repair(RepairMode::act, Answer::applied);
    program_without_function().up();

    EXPECT_EQ(row(), "(2,f)");
    EXPECT_EQ(rows_of_a(), "1");
}

TEST_F(CodeWithoutTransaction, that_may_run_twice_is_called_again_after_a_kill) {
    files.write_pair(2, std::string(kHead) + "-- migrate:idempotent\n");
    kill_in_function();

    const Report report = migrator(insert).up();

    EXPECT_EQ(report.steps.size(), 1U);
    EXPECT_EQ(row(), "(2,f)");
    EXPECT_EQ(rows_of_a(), "2");
}

class CodeWithoutTransactionOnSqlite : public CodeOnSqlite {};

TEST_F(CodeWithoutTransactionOnSqlite, runs_what_no_transaction_takes) {
    files.write_pair(2, kHead);

    const Report report = up([](CodeSession& session) { session.run("CREATE TABLE a (i); VACUUM;"); });

    EXPECT_EQ(report.steps.at(0).mode, StepMode::bare);
    EXPECT_EQ(state(), (VersionState{Version{2}, false}));
}

}  // namespace
}  // namespace aether::migrate
