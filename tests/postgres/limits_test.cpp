// SPDX-License-Identifier: MIT
// The limits of a session on a real server: ours where nobody set any, theirs where somebody did.
#include "../../drivers/postgres/limits.hpp"

#include <chrono>
#include <csignal>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/postgres/connection.hpp"
#include "server.hpp"

namespace aether::migrate::postgres {
namespace {

using namespace std::chrono_literals;

using Clock = std::chrono::steady_clock;

class Limits : public testing_server::PostgresTest {
protected:
    std::string setting(spi::Connection& connection, const std::string& name) const {
        return connection.query({"SELECT current_setting($1)", {name}}, {}).rows.at(0).at(0).value_or("NULL");
    }

    bool can_check_client() const {
        return Client(url()).ask(
                   "SELECT count(*) FROM pg_settings WHERE name = "
                   "'client_connection_check_interval'") == "1";
    }
};

spi::Limits idle_after(std::chrono::milliseconds idle) {
    spi::Limits limits;
    limits.idle_timeout = idle;
    return limits;
}

std::string sql_of(const std::vector<spi::BoundStatement>& statements) {
    std::string text;
    for (const spi::BoundStatement& statement : statements) {
        text += statement.sql + ";";
    }
    return text;
}

TEST_F(Limits, are_ours_where_nobody_set_any) {
    PostgresConnection connection(parameters(), {});

    connection.prepare({}, {});

    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "1min");
    EXPECT_EQ(setting(connection, "lock_timeout"), "0");
    if (can_check_client()) {
        EXPECT_EQ(setting(connection, "client_connection_check_interval"), "1s");
    }
}

TEST_F(Limits, of_the_url_the_role_and_the_database_stay) {
    EXPECT_EQ(
        Client(url()).ask("ALTER DATABASE " + database + " SET idle_in_transaction_session_timeout = '7s'"),
        "");
    PostgresConnection connection(parameters("&lock_timeout=5s"), {});

    connection.prepare({}, {});

    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "7s");
    EXPECT_EQ(setting(connection, "lock_timeout"), "5s");
    EXPECT_EQ(sql_of(connection.limit_locks(300ms, spi::Scope::block)), "");
    EXPECT_EQ(sql_of(connection.limit_locks(300ms, spi::Scope::session)), "");
}

TEST_F(Limits, of_a_role_stay_also_when_they_switch_it_off) {
    EXPECT_EQ(
        Client(url()).ask("CREATE ROLE limited LOGIN SUPERUSER; ALTER ROLE limited SET lock_timeout = 0;"
                          "ALTER ROLE limited SET idle_in_transaction_session_timeout = 0"),
        "");
    PostgresConnection connection(parameters_of("limited"), {});

    connection.prepare({}, {});

    EXPECT_EQ(setting(connection, "session_authorization"), "limited");
    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "0");
    EXPECT_EQ(sql_of(connection.limit_locks(300ms, spi::Scope::block)), "");
}

TEST_F(Limits, that_are_explicit_win_and_give_way_again) {
    PostgresConnection connection(parameters("&lock_timeout=5s&idle_in_transaction_session_timeout=9s"), {});
    connection.prepare({}, {});

    spi::Limits given = idle_after(2s);
    given.table_lock_timeout = 250ms;
    connection.prepare(given, {});
    const std::vector<spi::BoundStatement> limit = connection.limit_locks(250ms, spi::Scope::session);
    EXPECT_EQ(sql_of(limit), "SET SESSION lock_timeout = 250;");
    connection.batch(limit, {});
    EXPECT_EQ(setting(connection, "lock_timeout"), "250ms");
    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "2s");

    connection.prepare({}, {});
    EXPECT_EQ(setting(connection, "lock_timeout"), "5s");
    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "9s");
}

TEST_F(Limits, of_zero_are_off) {
    PostgresConnection connection(parameters(), {});

    connection.prepare(idle_after(0ms), {});

    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "0");
    EXPECT_EQ(sql_of(connection.limit_locks(0ms, spi::Scope::block)), "SET LOCAL lock_timeout = 0;");
    EXPECT_EQ(sql_of(connection.limit_locks(std::nullopt, spi::Scope::block)), "SET LOCAL lock_timeout = 0;");
}

TEST_F(Limits, beyond_what_the_server_takes_are_cut) {
    PostgresConnection connection(parameters(), {});

    connection.prepare(idle_after(std::chrono::hours(24 * 365)), {});

    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "2147483647ms");
    EXPECT_EQ(sql_of(connection.limit_locks(std::chrono::hours(24 * 365), spi::Scope::block)),
              "SET LOCAL lock_timeout = 2147483647;");
}

TEST_F(Limits, cost_nothing_when_they_are_the_same_again) {
    PostgresConnection connection(parameters(), {});
    connection.prepare(idle_after(3s), {});
    connection.query({"SET idle_in_transaction_session_timeout = '4s'", {}}, {});

    connection.prepare(idle_after(3s), {});

    EXPECT_EQ(setting(connection, "idle_in_transaction_session_timeout"), "4s");
}

TEST_F(Limits, are_set_where_the_backend_could_wander_and_stays) {
    Session session(parameters(), {});
    SessionLimits limits;

    limits.prepare(session, idle_after(3s), SessionLimits::Binding::may_wander, {});

    // Without a pooler the client knows the backend's own number: it does not wander.
    EXPECT_EQ(text_at(session.run({"SHOW idle_in_transaction_session_timeout", {}}, {}).get(), 0, 0), "3s");
    ASSERT_TRUE(limits.backend());
    EXPECT_EQ(limits.backend()->pid, PQbackendPID(session.raw()));
    EXPECT_TRUE(limits.backend()->began);
}

TEST_F(Limits, on_locks_take_no_snapshot) {
    PostgresConnection connection(parameters(), {});
    connection.prepare({}, {});
    std::vector<spi::BoundStatement> statements{{"BEGIN", {}}};
    for (spi::BoundStatement& statement : connection.limit_locks(300ms, spi::Scope::block)) {
        statements.push_back(std::move(statement));
    }
    statements.push_back({"SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", {}});

    connection.batch(statements, {});

    EXPECT_EQ(setting(connection, "transaction_isolation"), "serializable");
    EXPECT_EQ(setting(connection, "lock_timeout"), "300ms");
    connection.query({"ROLLBACK", {}}, {});
    EXPECT_EQ(setting(connection, "lock_timeout"), "0");
}

TEST_F(Limits, on_locks_stand_in_front_of_a_text_that_sets_its_isolation) {
    PostgresConnection connection(parameters(), {});
    connection.prepare({}, {});
    std::vector<spi::BoundStatement> statements{{"BEGIN", {}}};
    for (spi::BoundStatement& statement : connection.limit_locks(300ms, spi::Scope::block)) {
        statements.push_back(std::move(statement));
    }
    connection.batch(statements, {});

    const spi::ScriptResult result = connection.execute(
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; CREATE TABLE t AS SELECT 1 AS one", {});

    EXPECT_FALSE(result.failure) << result.failure->message;
    EXPECT_EQ(setting(connection, "transaction_isolation"), "serializable");
    connection.query({"ROLLBACK", {}}, {});
}

TEST_F(Limits, are_empty_before_prepare) {
    PostgresConnection connection(parameters(), {});

    EXPECT_EQ(sql_of(connection.limit_locks(300ms, spi::Scope::block)), "");
}

TEST_F(Limits, on_locks_end_a_try_which_may_pass_later) {
    const Client holder(url());
    EXPECT_EQ(holder.ask("CREATE TABLE t ()"), "");
    EXPECT_EQ(holder.ask("BEGIN; LOCK TABLE t"), "");
    PostgresConnection connection(parameters(), {});
    connection.prepare({}, {});
    connection.batch(connection.limit_locks(200ms, spi::Scope::session), {});

    const Clock::time_point start = Clock::now();
    const spi::ScriptResult result = connection.execute("ALTER TABLE t ADD a int", {});

    EXPECT_LT(Clock::now() - start, 2s);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "55P03");
    EXPECT_TRUE(result.failure->passing);
}

TEST_F(Limits, make_a_race_for_a_name_pass_later) {
    const Client first(url());
    EXPECT_EQ(first.ask("BEGIN; CREATE TABLE IF NOT EXISTS raced (id int)"), "");
    PostgresConnection connection(parameters(), {});
    auto second = std::async(std::launch::async, [&connection] {
        return connection.execute("CREATE TABLE IF NOT EXISTS raced (id int)", {});
    });
    const Client observer(url());
    EXPECT_TRUE(has_one_waiter(observer));

    first.ask("COMMIT");

    const spi::ScriptResult result = second.get();
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "23505");
    EXPECT_TRUE(result.failure->passing);
    const spi::ScriptResult plain =
        connection.execute("CREATE UNIQUE INDEX u ON raced (id); INSERT INTO raced VALUES (1), (1)", {});
    ASSERT_TRUE(plain.failure);
    EXPECT_EQ(plain.failure->sqlstate, "23505");
    EXPECT_FALSE(plain.failure->passing);
}

TEST_F(Limits, make_a_race_for_a_catalogue_row_pass_later) {
    const Client first(url());
    EXPECT_EQ(first.ask("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"), "");
    EXPECT_EQ(first.ask("BEGIN; CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'"), "");
    PostgresConnection connection(parameters(), {});
    auto second = std::async(std::launch::async, [&connection] {
        return connection.execute("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 3'",
                                  {});
    });
    const Client observer(url());
    EXPECT_TRUE(has_one_waiter(observer));

    first.ask("COMMIT");

    const spi::ScriptResult result = second.get();
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "XX000");
    EXPECT_TRUE(result.failure->passing);
}

TEST_F(Limits, of_a_session_say_how_long_it_waits) {
    Session session(parameters(), {});
    std::vector<std::chrono::milliseconds> first;
    int second = 0;
    session.on_wait([&first](std::chrono::milliseconds waited) { first.push_back(waited); });
    session.on_wait([&second](std::chrono::milliseconds) { ++second; });

    session.run({"SELECT pg_sleep(0.05)", {}}, {});
    EXPECT_TRUE(first.empty());
    session.run({"SELECT pg_sleep(0.55)", {}}, {});

    ASSERT_GE(first.size(), 3u);
    EXPECT_LE(first.size(), 5u);
    EXPECT_GE(first.front(), 100ms);
    EXPECT_LT(first.front(), 300ms);
    EXPECT_EQ(second, static_cast<int>(first.size()));
}

TEST_F(Limits, of_a_session_pulse_also_between_many_short_statements) {
    Session session(parameters(), {});
    int pulses = 0;
    session.on_wait([&pulses](std::chrono::milliseconds waited) {
        ++pulses;
        EXPECT_LT(waited, 90ms);
    });
    // The server keeps what is shorter than its buffer until the text is done.
    std::string text;
    for (int number = 0; number < 30; ++number) {
        text += "SELECT pg_sleep(0.03), repeat('x', 20000);";
    }

    session.run_text(text, {}, [](const PGresult*) {});

    EXPECT_GE(pulses, 4);
}

TEST_F(Limits, of_a_session_keep_what_a_listener_throws_until_the_answer_is_there) {
    Session session(parameters(), {});
    session.on_wait([](std::chrono::milliseconds) { throw std::runtime_error("lease lost"); });

    EXPECT_THROW(session.run_text("SELECT pg_sleep(0.3)", {}, [](const PGresult*) {}), std::runtime_error);

    EXPECT_EQ(text_at(session.run({"SELECT 7", {}}, {}).get(), 0, 0), "7");
}

TEST_F(Limits, of_a_paused_server_end_the_wait_for_a_commit) {
    Client observer(url());
    PostgresConnection connection(parameters(), {});
    connection.batch(std::vector<spi::BoundStatement>{{"BEGIN", {}}, {"CREATE TABLE t ()", {}}}, {});
    const pid_t backend =
        std::stoi(connection.query({"SELECT pg_backend_pid()", {}}, {}).rows.at(0).at(0).value_or("0"));
    ASSERT_EQ(kill(backend, SIGSTOP), 0);

    const Clock::time_point start = Clock::now();
    try {
        connection.query({"COMMIT", {}}, {{}, start + 500ms});
        ADD_FAILURE() << "the commit came back";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::connection_failed) << error.what();
    }

    EXPECT_LT(Clock::now() - start, 17s);
    RecordProperty("milliseconds", static_cast<int>((Clock::now() - start) / 1ms));
    kill(backend, SIGCONT);
    EXPECT_TRUE(becomes_true([&observer, backend] {
        return observer.ask("SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(backend)) ==
               "0";
    }));
    RecordProperty("outcome", observer.ask("SELECT count(*) FROM pg_class WHERE relname = 't'"));
}

}  // namespace
}  // namespace aether::migrate::postgres
