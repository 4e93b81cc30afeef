// SPDX-License-Identifier: MIT
// The driver's connection: what it looks at, waits for and reports.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/sqlite/driver.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::sqlite {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

const spi::TableNames kTables{"main", "schema_migrations", "schema_migrations_history",
                              "schema_migrations_journal"};

class ConnectionTest : public ::testing::Test {
protected:
    std::unique_ptr<spi::Connection> open(const std::string& query = "") const {
        return kDriver.open("sqlite3://" + file_.string() + query, {}).connection;
    }

    static void run(spi::Connection& connection, const std::string& text) {
        const spi::ScriptResult result = connection.execute(text, {});
        ASSERT_FALSE(result.failure) << result.failure->message;
    }

    Folder made_;
    std::filesystem::path folder_ = made_.path();
    std::filesystem::path file_ = folder_ / "app.db";
};

spi::Wait within(milliseconds time) {
    return {{}, Clock::now() + time};
}

TEST_F(ConnectionTest, makes_no_file_by_looking) {
    const auto connection = open();

    const spi::Look look = connection->look(kTables, {});

    EXPECT_FALSE(look.version_table);
    EXPECT_EQ(look.facts.schema, "main");
    EXPECT_TRUE(connection->plan_drop(kTables, {}).removes.empty());
    EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(ConnectionTest, sees_a_file_that_another_one_made_meanwhile) {
    const auto connection = open();
    run(*open(),
        "CREATE TABLE Schema_Migrations (version uint64, dirty bool); INSERT INTO schema_migrations "
        "VALUES (7, 'true')");

    const spi::Look look = connection->look(kTables, {});

    ASSERT_EQ(look.version_rows.size(), 1U);
    EXPECT_EQ(look.version_rows.front().version, 7);
    EXPECT_TRUE(look.version_rows.front().dirty);
}

TEST_F(ConnectionTest, says_how_many_statements_completed_and_where_it_failed) {
    const auto connection = open();

    const spi::ScriptResult result = connection->execute(
        "CREATE TABLE a (i); -- ä\n/* empty */;;INSERT INTO a VALUES (1); SELECT nix FROM a", {});

    EXPECT_EQ(result.completed, 2U);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "no such column: nix");
    EXPECT_EQ(result.failure->sqlstate, "SQLITE_ERROR");
    EXPECT_EQ(result.failure->position, 72U);
    EXPECT_FALSE(result.failure->unread);
}

TEST_F(ConnectionTest, counts_changed_rows_and_returned_ones) {
    const auto connection = open();
    run(*connection, "CREATE TABLE a (i integer); INSERT INTO a VALUES (1), (2), (3)");

    EXPECT_EQ(connection->query({"UPDATE a SET i = i + ? WHERE i > ?", {"10", "1"}}, {}).affected, 2U);
    EXPECT_EQ(connection->query({"UPDATE a SET i = 0 WHERE i > 99", {}}, {}).affected, 0U);
    EXPECT_EQ(connection->query({"SELECT i FROM a", {}}, {}).affected, 3U);
    EXPECT_EQ(connection->query({"DELETE FROM a", {}}, {}).affected, 3U);
    EXPECT_EQ(connection->query({"CREATE TABLE b (i)", {}}, {}).affected, 0U);
}

TEST_F(ConnectionTest, keeps_null_empty_and_binary_values_apart) {
    const auto connection = open();
    run(*connection, "CREATE TABLE a (t)");
    const std::string odd = std::string("a\0b", 3);

    connection->query({"INSERT INTO a VALUES (?), (?), (?)", {std::nullopt, "", odd}}, {});

    const spi::Rows rows = connection->query({"SELECT t FROM a ORDER BY rowid", {}}, {});
    ASSERT_EQ(rows.rows.size(), 3U);
    EXPECT_EQ(rows.rows[0][0], std::nullopt);
    EXPECT_EQ(rows.rows[1][0], "");
    EXPECT_EQ(rows.rows[2][0], odd);
}

TEST_F(ConnectionTest, excludes_sessions_of_one_process) {
    const auto first = open();
    const auto second = open();
    const spi::Look look = first->look(kTables, {});

    ASSERT_TRUE(first->try_lock(kTables, look, {}));
    EXPECT_FALSE(second->try_lock(kTables, look, {}));
    const auto holder = second->lock_holder(kTables, look, {});
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, getpid());

    first->unlock();
    EXPECT_TRUE(second->try_lock(kTables, look, {}));
    second->unlock();
    EXPECT_FALSE(std::filesystem::exists(file_.string() + "-migrate-lock"));
}

TEST_F(ConnectionTest, notices_that_the_lock_file_was_replaced) {
    const auto connection = open();
    const spi::Look look = connection->look(kTables, {});
    ASSERT_TRUE(connection->try_lock(kTables, look, {}));
    const spi::BoundStatement guard = connection->write_guard("").back();
    EXPECT_EQ(connection->query(guard, {}).affected, 1U);

    std::filesystem::remove(file_.string() + "-migrate-lock");
    const auto other = open();
    ASSERT_TRUE(other->try_lock(kTables, look, {}));

    EXPECT_EQ(connection->query(guard, {}).affected, 0U);
    connection->unlock();
    EXPECT_EQ(other->query(guard, {}).affected, 1U);
}

TEST_F(ConnectionTest, refuses_a_lock_file_that_leads_elsewhere) {
    const std::filesystem::path victim = folder_ / "victim";
    const std::filesystem::path lock = file_.string() + "-migrate-lock";
    const auto connection = open();
    const spi::Look look = connection->look(kTables, {});
    std::ofstream(victim) << "precious";

    std::filesystem::create_symlink(victim, lock);
    EXPECT_THROW(connection->try_lock(kTables, look, {}), Error);
    std::filesystem::remove(lock);
    std::filesystem::create_hard_link(victim, lock);
    EXPECT_THROW(connection->try_lock(kTables, look, {}), Error);

    EXPECT_EQ(std::filesystem::file_size(victim), 8U);
}

TEST_F(ConnectionTest, ends_a_long_statement_at_its_deadline) {
    const auto connection = open();
    const auto begun = Clock::now();

    const spi::ScriptResult result = connection->execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        within(milliseconds(100)));

    EXPECT_LT(Clock::now() - begun, milliseconds(5000));
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "interrupted: statement timeout");
    EXPECT_FALSE(result.failure->passing);
}

TEST_F(ConnectionTest, ends_many_short_statements_at_the_deadline) {
    const auto connection = open();
    std::string text;
    for (int i = 0; i < 20'000; ++i)  // of about 0.1 ms each
        text +=
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 500) SELECT max(i) FROM n;";

    const spi::ScriptResult result = connection->execute(text, within(milliseconds(200)));

    ASSERT_TRUE(result.failure);
    EXPECT_GT(result.completed, 0U);
}

TEST_F(ConnectionTest, ends_on_request) {
    const auto connection = open();
    std::stop_source stop;
    const std::jthread later([&stop] {
        std::this_thread::sleep_for(milliseconds(50));
        stop.request_stop();
    });

    try {
        connection->execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
            {stop.get_token(), std::nullopt});
        FAIL() << "it ended by itself";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }
}

TEST_F(ConnectionTest, gives_a_busy_file_up_at_the_deadline_and_says_that_it_may_pass) {
    const auto writer = open();
    run(*writer, "CREATE TABLE a (i); BEGIN IMMEDIATE");
    const auto connection = open();

    try {
        connection->query({"BEGIN IMMEDIATE", {}}, within(milliseconds(100)));
        FAIL() << "it got the lock";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "database is locked");
        EXPECT_EQ(error.details().sqlstate, "SQLITE_BUSY");
    }
    const spi::ScriptResult result = connection->execute("CREATE TABLE b (i)", within(milliseconds(100)));
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "interrupted: statement timeout");
}

TEST_F(ConnectionTest, waits_within_a_block_as_long_as_the_engine_says) {
    const auto writer = open();
    run(*writer, "CREATE TABLE a (i); BEGIN IMMEDIATE");
    const auto connection = open();
    connection->limit_locks(milliseconds(100), spi::Scope::session);

    const spi::ScriptResult result = connection->execute("CREATE TABLE b (i)", {});

    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->message, "database is locked");
    EXPECT_TRUE(result.failure->passing);
}

TEST_F(ConnectionTest, knows_when_a_text_ended_its_transaction) {
    const auto connection = open();
    run(*connection, "CREATE TABLE a (i UNIQUE); INSERT INTO a VALUES (1); BEGIN");
    EXPECT_EQ(connection->transaction_state(), spi::TransactionState::open);

    EXPECT_TRUE(connection->execute("INSERT OR ROLLBACK INTO a VALUES (1)", {}).failure);

    EXPECT_EQ(connection->transaction_state(), spi::TransactionState::idle);
}

}  // namespace
}  // namespace aether::migrate::sqlite
