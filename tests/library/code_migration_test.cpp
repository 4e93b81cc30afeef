// SPDX-License-Identifier: MIT
// Migrations written in C++, in one transaction with their version and history.
#include <aether/migrate/code_migration.hpp>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/migrate.hpp>

#include "../postgres/fixture.hpp"
#include "code_fixture.hpp"

namespace aether::migrate {
namespace {

class CodeMigrations : public CodeOnSqlite {};

class ThrowsAtNotices final : public Observer {
public:
    struct Mine : std::runtime_error {
        using std::runtime_error::runtime_error;
    };

private:
    void on_notice(const spi::Notice&) override { throw Mine("enough"); }
};

TEST_F(CodeMigrations, run_between_files_in_the_order_of_versions) {
    files.write("1_a.up.sql", "CREATE TABLE a (i INTEGER);");
    files.write("3_b.up.sql", "INSERT INTO b VALUES (3);");

    const Report report = up([](CodeSession& session) {
        session.run("INSERT INTO a VALUES (2); CREATE TABLE b (i INTEGER);");
        session.execute("INSERT INTO b SELECT i FROM a");
    });

    ASSERT_EQ(report.steps.size(), 3U);
    EXPECT_EQ(report.steps[1].file, "2_code.up.sql");
    EXPECT_EQ(report.steps[1].mode, StepMode::transaction);
    EXPECT_EQ(report.steps[1].statements, 3U);
    EXPECT_EQ(ask("SELECT group_concat(i) FROM b"), "2,3");
    EXPECT_EQ(ask("SELECT count(*) FROM schema_migrations_history WHERE version = 2 AND name = 'code'"), "1");
}

TEST_F(CodeMigrations, run_their_down_function) {
    const CodeMigration code{Version{2}, [](CodeSession& session) { session.run("CREATE TABLE a (i)"); },
                             [](CodeSession& session) { session.run("DROP TABLE a"); }};
    Migrator migrator(options({code}));
    migrator.up();

    migrator.down();

    EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE name = 'a'"), std::nullopt);
    EXPECT_EQ(state(), VersionState{});
}

TEST_F(CodeMigrations, leave_nothing_of_a_function_that_throws) {
    files.write("1_a.up.sql", "CREATE TABLE a (i INTEGER);");

    const ErrorDetails details = failure_of([](CodeSession& session) {
        session.execute("INSERT INTO a VALUES (1)");
        session.execute("CREATE TABLE b (i)");
        throw std::runtime_error("no more paper");
    });

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_EQ(details.message, "migration failed: no more paper");
    EXPECT_EQ(details.context, "the up function of version 2");
    EXPECT_TRUE(details.where.file.ends_with("2_code.up.sql")) << details.where.file;
    EXPECT_EQ(details.state, "the database is at version 1, clean: nothing of this migration was applied");
    EXPECT_EQ(state(), (VersionState{Version{1}, false}));
    EXPECT_EQ(ask("SELECT count(*) FROM a"), "0");
    EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE name = 'b'"), std::nullopt);
}

TEST_F(CodeMigrations, pass_on_an_error_of_their_own_and_what_is_no_exception) {
    const ErrorDetails details =
        failure_of([](CodeSession&) { throw Error(ErrorCode::unsupported, "not on a Sunday"); });

    EXPECT_EQ(details.code, ErrorCode::unsupported);
    EXPECT_EQ(details.message, "not on a Sunday");
    EXPECT_THROW(up([](CodeSession&) { throw 42; }), int);
    EXPECT_EQ(state(), VersionState{});
}

TEST_F(CodeMigrations, pass_on_what_an_observer_throws_even_if_they_catch_it) {
    ThrowsAtNotices observer;
    Options given = options({of_two([](CodeSession& session) {
        session.execute("CREATE TABLE a (i)");
        EXPECT_THROW(session.note("half of it"), ThrowsAtNotices::Mine);
    })});
    given.observer = &observer;

    EXPECT_THROW(Migrator(std::move(given)).up(), ThrowsAtNotices::Mine);

    EXPECT_EQ(state(), VersionState{});
    EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE name = 'a'"), std::nullopt);
}

TEST_F(CodeMigrations, bind_values_and_quote_names) {
    up([](CodeSession& session) {
        const std::string name = session.quote("odd \"name");
        session.execute("CREATE TABLE " + name + " (a TEXT, b TEXT)");
        EXPECT_EQ(session.execute("INSERT INTO " + name + " VALUES (?, ?)", {"it's; --", std::nullopt}), 1U);
        const CodeRows rows = session.query("SELECT a, b FROM " + name);
        EXPECT_EQ(rows, (CodeRows{{"it's; --", std::nullopt}}));
        EXPECT_EQ(session.database(), "sqlite");
    });
}

TEST_F(CodeMigrations, may_catch_an_error_of_the_session_and_go_on) {
    up([](CodeSession& session) {
        session.run("CREATE TABLE a (i INTEGER PRIMARY KEY)");
        session.execute("INSERT INTO a VALUES (1)");
        EXPECT_THROW(session.execute("INSERT INTO a VALUES (1)"), Error);
        session.execute("INSERT INTO a VALUES (2)");
    });

    EXPECT_EQ(ask("SELECT count(*) FROM a"), "2");
}

TEST_F(CodeMigrations, may_not_touch_the_transaction) {
    for (const std::string sql :
         {"BEGIN", "COMMIT", "ROLLBACK", "SELECT 1; END", "-- c\nVACUUM", "PRAGMA foreign_keys = OFF"}) {
        const ErrorDetails details = failure_of([&](CodeSession& session) {
            session.run("CREATE TABLE a (i)");
            session.run(sql);
        });

        EXPECT_EQ(details.code, ErrorCode::migration_refused) << sql << ": " << details.message;
        EXPECT_EQ(state(), VersionState{});
    }
    up([](CodeSession& session) {
        session.run("SAVEPOINT s; CREATE TABLE a (i); ROLLBACK TO s; RELEASE s;");
    });
}

TEST_F(CodeMigrations, take_one_statement_where_values_are_bound) {
    EXPECT_EQ(failure_of([](CodeSession& session) { session.execute("SELECT 1; SELECT 2"); }).message,
              "migration refused: 2 statements in the place of one");
    EXPECT_EQ(failure_of([](CodeSession& session) { session.query("-- nothing"); }).message,
              "migration refused: 0 statements in the place of one");
}

TEST_F(CodeMigrations, end_when_the_run_is_to_stop_even_if_they_catch_it) {
    std::stop_source stop;
    Options given = options({of_two([&stop](CodeSession& session) {
        session.run("CREATE TABLE a (i)");
        stop.request_stop();
        EXPECT_TRUE(session.stop_token().stop_requested());
        EXPECT_THROW(session.run("CREATE TABLE b (i)"), Error);
    })});
    given.stop = {stop.get_token(), stop.get_token(), {}};

    const Report report = Migrator(std::move(given)).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_EQ(report.left, 1U);
    EXPECT_EQ(state(), VersionState{});
    EXPECT_EQ(ask("SELECT name FROM sqlite_master WHERE name = 'a'"), std::nullopt);
}

TEST_F(CodeMigrations, are_refused_before_anything_runs_by_a_program_that_lacks_them) {
    files.write("1_a.up.sql", "CREATE TABLE a (i INTEGER);");

    const ErrorDetails details = error_of([&] { Migrator(options({})).up(); });

    EXPECT_EQ(details.code, ErrorCode::migration_refused);
    EXPECT_EQ(details.next, "run the program that has it");
    EXPECT_EQ(state(), VersionState{});
}

TEST_F(CodeMigrations, are_refused_before_anything_runs_when_their_file_does_not_say_so) {
    files.write("1_a.up.sql", "CREATE TABLE a (i INTEGER);");
    files.write("2_code.up.sql", "-- the backfill\n");

    const ErrorDetails details = failure_of([](CodeSession&) {});

    EXPECT_EQ(details.code, ErrorCode::migration_refused);
    EXPECT_EQ(state(), VersionState{});
}

TEST_F(CodeMigrations, without_a_down_function_are_not_reverted) {
    Migrator migrator(options({{Version{2}, [](CodeSession&) {}, {}}}));
    migrator.up();

    const ErrorDetails details = error_of([&] { migrator.down(); });

    EXPECT_EQ(details.code, ErrorCode::migration_refused);
    EXPECT_EQ(state(), (VersionState{Version{2}, false}));
}

TEST_F(CodeMigrations, without_files_are_refused_when_the_migrator_is_made) {
    const ErrorDetails details =
        error_of([&] { Migrator(options({{Version{9}, [](CodeSession&) {}, {}}})); });

    EXPECT_EQ(details.code, ErrorCode::invalid_argument);
    EXPECT_NE(details.message.find("9_NAME.up.sql"), std::string::npos);
}

class CodeOnPostgres : public postgres::PostgresTest {
protected:
    CodeOnPostgres() {
        files.write("1_a.up.sql", "CREATE TABLE a (i bigint PRIMARY KEY);");
        files.write_pair(2);
    }

    Options options(CodeFunction up) const {
        Options options;
        options.path = files.path();
        options.database = url();
        options.code = {{Version{2}, std::move(up), [](CodeSession&) {}}};
        return options;
    }

    ErrorDetails failure_of(CodeFunction up) const {
        return error_of([&] { Migrator(options(std::move(up))).up(); });
    }

    CodeFiles files;
};

TEST_F(CodeOnPostgres, says_the_servers_words_and_leaves_nothing) {
    const ErrorDetails details = failure_of([](CodeSession& session) {
        session.execute("INSERT INTO a SELECT generate_series(1, $1::int)", {"10"});
        session.execute("\nINSERT INTO a VALUES ($1)", {"10"});
    });

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_EQ(details.sqlstate, "23505");
    EXPECT_NE(details.message.find("duplicate key"), std::string::npos) << details.message;
    EXPECT_NE(details.message.find(": INSERT INTO a VALUES ($1)"), std::string::npos) << details.message;
    EXPECT_EQ(other->ask("SELECT count(*) FROM a"), "0");
    EXPECT_EQ(other->ask("SELECT (version, dirty) FROM schema_migrations"), "(1,f)");
}

TEST_F(CodeOnPostgres, passes_on_what_an_observer_throws_at_a_notice_of_the_server) {
    ThrowsAtNotices observer;
    Options given = options([](CodeSession& session) {
        session.execute("INSERT INTO a VALUES (1)");
        session.run("DO $$ BEGIN RAISE NOTICE 'here'; END $$");
    });
    given.observer = &observer;

    EXPECT_THROW(Migrator(std::move(given)).up(), ThrowsAtNotices::Mine);

    EXPECT_EQ(other->ask("SELECT (version, dirty) FROM schema_migrations"), "(1,f)");
    EXPECT_EQ(other->ask("SELECT count(*) FROM a"), "0");
}

TEST_F(CodeOnPostgres, refuses_a_value_with_a_zero_byte_and_says_the_statement_once) {
    const ErrorDetails details = failure_of([](CodeSession& session) {
        session.execute("INSERT INTO a VALUES ($1) -- PASSWORD 's3cret'", {std::string("1\0", 2)});
    });

    EXPECT_EQ(details.message,
              "migration failed: a value with a zero byte can't be sent: INSERT INTO a VALUES ($1) -- "
              "PASSWORD 'xxxxx'");
}

TEST_F(CodeOnPostgres, fails_with_the_error_that_the_function_caught) {
    const ErrorDetails details =
        failure_of([](CodeSession& session) { EXPECT_THROW(session.run("SELECT no_such_column"), Error); });

    EXPECT_EQ(details.sqlstate, "42703");
    EXPECT_EQ(other->ask("SELECT (version, dirty) FROM schema_migrations"), "(1,f)");
}

TEST_F(CodeOnPostgres, records_nothing_when_the_function_gave_the_lock_away) {
    const ErrorDetails details = failure_of([](CodeSession& session) {
        session.query("SELECT pg_advisory_unlock_all()");
        session.execute("INSERT INTO a VALUES (1)");
    });

    EXPECT_EQ(details.code, ErrorCode::bookkeeping_failed);
    EXPECT_NE(details.message.find("lost the migration lock"), std::string::npos) << details.message;
    EXPECT_EQ(other->ask("SELECT count(*) FROM a"), "0");
}

TEST_F(CodeOnPostgres, writes_its_history_in_the_role_that_it_began_with) {
    other->run("CREATE ROLE " + role());
    other->run("GRANT ALL ON SCHEMA public TO " + role());

    const Report report = Migrator(options([&](CodeSession& session) {
                              session.execute("SET ROLE " + session.quote(role()));
                              session.execute("CREATE TABLE b (i int)");
                          })).up();

    EXPECT_EQ(report.steps.size(), 2U);
    EXPECT_EQ(other->ask("SELECT tableowner FROM pg_tables WHERE tablename = 'b'"), role());
    other->run("DROP TABLE b");
    other->run("REVOKE ALL ON SCHEMA public FROM " + role());
}

TEST_F(CodeOnPostgres, calls_the_function_again_when_a_lock_was_not_given_in_time) {
    other->run("CREATE TABLE b (i int)");
    const postgres::Client holder(url());
    holder.run("BEGIN");
    holder.run("LOCK TABLE b");
    int calls = 0;
    Options given = options([&](CodeSession& session) {
        session.execute("INSERT INTO a VALUES (1)");
        if (++calls == 2)
            holder.run("ROLLBACK");
        session.execute("INSERT INTO b VALUES (1)");
    });
    given.limits.table_lock_timeout = std::chrono::milliseconds(50);

    const Report report = Migrator(std::move(given)).up();

    EXPECT_EQ(calls, 2);
    EXPECT_EQ(report.steps.size(), 2U);
    EXPECT_EQ(other->ask("SELECT count(*) FROM a"), "1");
}

TEST_F(CodeOnPostgres, leaves_nothing_of_a_function_that_lost_its_session) {
    const ErrorDetails details = failure_of([](CodeSession& session) {
        session.execute("INSERT INTO a VALUES (1)");
        EXPECT_THROW(session.query("SELECT pg_terminate_backend(pg_backend_pid())"), Error);
    });

    EXPECT_EQ(details.code, ErrorCode::connection_failed);
    EXPECT_EQ(other->ask("SELECT (version, dirty) FROM schema_migrations"), "(1,f)");
    EXPECT_EQ(other->ask("SELECT count(*) FROM a"), "0");
}

TEST_F(CodeOnPostgres, ends_a_function_at_its_statement_timeout) {
    Options given = options([](CodeSession& session) { session.query("SELECT pg_sleep(60)"); });
    given.limits.statement_timeout = std::chrono::milliseconds(100);

    const ErrorDetails details = error_of([&] { Migrator(std::move(given)).up(); });

    EXPECT_EQ(details.code, ErrorCode::migration_failed);
    EXPECT_EQ(details.message, "migration failed: statement timeout: SELECT pg_sleep(60)");
    EXPECT_EQ(other->ask("SELECT (version, dirty) FROM schema_migrations"), "(1,f)");
}

}  // namespace
}  // namespace aether::migrate
