// SPDX-License-Identifier: MIT
// Migrations over a MariaDB connection that the caller already has: tests/support/with_mariadb --
// borrowed_mysql.
#include <aether/migrate/mysql_connection.hpp>

#include <gtest/gtest.h>
#include <mysql.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "borrowed.hpp"

namespace aether::migrate::borrowed {
namespace {

using Handle = std::unique_ptr<MYSQL, decltype(&mysql_close)>;

// Returns all values of the rows, one line a row, or the error.
std::string ask(const Handle& handle, const std::string& sql) {
    if (mysql_real_query(handle.get(), sql.data(), sql.size()) != 0)
        return mysql_error(handle.get());
    const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(handle.get()),
                                                                          &mysql_free_result);
    std::string text;
    for (MYSQL_ROW row = result ? mysql_fetch_row(result.get()) : nullptr; row != nullptr;
         row = mysql_fetch_row(result.get())) {
        for (unsigned column = 0; column < mysql_num_fields(result.get()); ++column)
            text.append(column == 0 ? "" : " ").append(row[column] == nullptr ? "NULL" : row[column]);
        text.push_back('\n');
    }
    if (!text.empty())
        text.pop_back();
    return text;
}

// As most programs connect: one statement at once, changed rows counted, the library's own character set.
Handle connect(const std::string& database) {
    Handle handle(mysql_init(nullptr), &mysql_close);
    const char* const socket = std::getenv("AETHER_TEST_MARIADB_SOCKET");
    EXPECT_NE(socket, nullptr) << "run it with: tests/support/with_mariadb -- COMMAND";
    EXPECT_NE(mysql_real_connect(handle.get(), nullptr, "root", "",
                                 database.empty() ? nullptr : database.c_str(), 0, socket, 0),
              nullptr)
        << mysql_error(handle.get());
    return handle;
}

// Waits up to 20 seconds for something to become true.
bool becomes_true(const std::function<bool()>& check) {
    for (int tries = 0; tries < 2000; ++tries) {
        if (check())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

class BorrowedMysqlTest : public testing::Test {
protected:
    void SetUp() override {
        static int number = 0;
        database = "borrowed_" + std::to_string(++number);
        ask(other, "CREATE DATABASE " + database);
        handle = connect(database);
        migrations.add("1_users", "CREATE TABLE users (id int);", "DROP TABLE users;");
        migrations.add("2_rows", "INSERT INTO users VALUES (1);", "DELETE FROM users;");
    }
    void TearDown() override {
        handle.reset();
        ask(other, "DROP DATABASE " + database);
    }

    /// Returns all that a session has of its own. What changes by itself is left out.
    std::string session_state() const {
        return ask(handle,
                   "SHOW SESSION VARIABLES WHERE variable_name NOT IN ('gtid_seq_no', 'last_gtid', "
                   "'last_insert_id', 'identity', 'insert_id', 'rand_seed1', 'rand_seed2', 'timestamp', "
                   "'warning_count', 'error_count', 'in_transaction') "
                   "AND variable_name NOT LIKE 'innodb%time' AND variable_name NOT LIKE 'gtid%'") +
               "\n" + ask(handle, "SELECT database(), @aether_safe_updates") + "\n" +
               ask(other,
                   "SELECT count(*) FROM information_schema.metadata_lock_info "
                   "WHERE thread_id = " +
                       id()) +
               "\n" + (ask(handle, "DO 0; DO 0").empty() ? "several" : "one");
    }
    /// Returns how many sessions of the server a condition fits.
    std::string counted(const std::string& condition) const {
        return ask(other, "SELECT count(*) FROM information_schema.processlist WHERE " + condition);
    }
    std::string id() const { return std::to_string(mysql_thread_id(handle.get())); }

    std::string url() const {
        return std::string("mysql://root@unix(") + std::getenv("AETHER_TEST_MARIADB_SOCKET") + ")/" +
               database;
    }

    Options borrowed(std::string_view parameters = {}) const {
        return migrations.options(on_connection(handle.get(), parameters));
    }

    Handle other = connect("");
    Handle handle{nullptr, &mysql_close};
    std::string database;
    Migrations migrations;
};

TEST_F(BorrowedMysqlTest, migrates_and_leaves_the_session_as_it_was) {
    const std::string before = session_state();
    Migrator migrator(borrowed());

    EXPECT_EQ(migrator.up().steps.size(), 2U);
    EXPECT_EQ(session_state(), before);
    migrator.down();

    EXPECT_EQ(session_state(), before);
    EXPECT_FALSE(migrator.version().version);
    EXPECT_EQ(ask(handle, "SELECT 1"), "1");
}

TEST_F(BorrowedMysqlTest, frees_every_lock) {
    Migrator(borrowed()).up();

    EXPECT_EQ(ask(handle, "SELECT release_all_locks()"), "0");
}

TEST_F(BorrowedMysqlTest, puts_back_what_files_set_as_mysqldump_writes_them) {
    ask(handle, "SET autocommit = 0");
    ask(handle, "SET NAMES latin1 COLLATE latin1_german1_ci");
    ask(handle, "SET SESSION lock_wait_timeout = 77, max_statement_time = 3600");
    const std::string before = session_state();
    ask(other, "CREATE DATABASE IF NOT EXISTS elsewhere");
    migrations.add("3_settings",
                   "SET NAMES utf8mb3; SET TIME_ZONE='+00:00'; SET UNIQUE_CHECKS=0; SET FOREIGN_KEY_CHECKS=0;"
                   "SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO'; SET SQL_NOTES=0; SET max_statement_time = 0;");

    Migrator(borrowed()).up();
    EXPECT_EQ(session_state(), before);

    migrations.add("4_use", "USE elsewhere");
    error_of([&] { Migrator(borrowed()).up(); });
    EXPECT_EQ(session_state(), before);
    ask(other, "DROP DATABASE elsewhere");
}

TEST_F(BorrowedMysqlTest, leaves_the_session_as_it_was_after_a_failure) {
    ask(handle, "SET sql_safe_updates = 1");
    const std::string before = session_state();
    migrations.add("3_broken", "SET foreign_key_checks = 0; SELEKT 1;");

    const auto error = error_of([&] { Migrator(borrowed()).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::migration_failed);
    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask(handle, "SELECT release_all_locks()"), "0");
}

TEST_F(BorrowedMysqlTest, works_where_several_statements_may_be_sent_at_once) {
    mysql_set_server_option(handle.get(), MYSQL_OPTION_MULTI_STATEMENTS_ON);

    Migrator(borrowed()).up();

    EXPECT_EQ(ask(handle, "DO 0; DO 0"), "");
    EXPECT_EQ(mysql_next_result(handle.get()), 0);
}

TEST_F(BorrowedMysqlTest, speaks_unicode_over_a_session_of_another_character_set) {
    ask(handle, "SET NAMES latin1");
    migrations.add("3_names", "INSERT INTO names VALUES ('Größe');");
    ask(other, "CREATE TABLE " + database + ".names (name varchar(20)) CHARACTER SET utf8mb4");

    Migrator(borrowed()).up();

    EXPECT_EQ(ask(other, "SELECT hex(name) FROM " + database + ".names"), "4772C3B6C39F65");
}

TEST_F(BorrowedMysqlTest, refuses_an_open_transaction_and_leaves_it_open) {
    Migrator migrator(borrowed());
    ask(other, "CREATE TABLE " + database + ".theirs (id int)");
    ask(handle, "BEGIN");
    ask(handle, "INSERT INTO theirs VALUES (1)");

    const auto error = error_of([&] { migrator.up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: a transaction is open");
    EXPECT_EQ(ask(other, "SELECT count(*) FROM " + database + ".theirs"), "0");
    ask(handle, "COMMIT");
    EXPECT_EQ(ask(other, "SELECT count(*) FROM " + database + ".theirs"), "1");
}

TEST_F(BorrowedMysqlTest, refuses_a_pending_result_and_leaves_it) {
    ASSERT_EQ(mysql_query(handle.get(), "SELECT 42"), 0);

    const auto error = error_of([&] { Migrator{borrowed()}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: a result is pending");
    MYSQL_RES* const result = mysql_store_result(handle.get());
    EXPECT_STREQ(mysql_fetch_row(result)[0], "42");
    mysql_free_result(result);
}

TEST_F(BorrowedMysqlTest, refuses_a_connection_without_a_database) {
    const Handle bare = connect("");

    const auto error = error_of([&] { Migrator(migrations.options(on_connection(bare.get()))); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: no database is selected");
    EXPECT_NE(ask(bare, "DO 0; DO 0"), "");
}

TEST_F(BorrowedMysqlTest, refuses_a_handle_that_was_never_connected) {
    const Handle closed(mysql_init(nullptr), &mysql_close);

    const auto error = error_of([&] { Migrator(migrations.options(on_connection(closed.get()))); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::connection_failed);
}

TEST_F(BorrowedMysqlTest, excludes_and_is_excluded_by_a_migrator_with_a_url) {
    migrations.add("3_more", "CREATE TABLE more (id int);");
    std::optional<ErrorDetails> seen;
    AtStep meanwhile(2, [&] {
        Options options = migrations.options(url());
        options.lock_timeout = std::chrono::seconds(0);
        seen = error_of([&] { Migrator(options).up(); });
    });
    Options options = borrowed();
    options.observer = &meanwhile;
    Migrator(options).up(2);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, ErrorCode::lock_timeout);

    seen.reset();
    AtStep the_other_way(3, [&] {
        Options short_wait = borrowed();
        short_wait.lock_timeout = std::chrono::seconds(0);
        seen = error_of([&] { Migrator(short_wait).up(); });
    });
    Options by_url = migrations.options(url());
    by_url.observer = &the_other_way;
    Migrator(by_url).up();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, ErrorCode::lock_timeout);
}

TEST_F(BorrowedMysqlTest, serves_two_migrators_one_after_the_other) {
    Migrator first(borrowed());
    Migrator second(borrowed());

    first.up(1);
    second.up();

    EXPECT_EQ(first.version().version, Version{2});
    first.force(Version{2});
    EXPECT_EQ(second.version().version, Version{2});
}

TEST_F(BorrowedMysqlTest, a_stop_in_a_statement_leaves_the_session_as_it_was) {
    const std::string before = session_state();
    migrations.add("3_long", "SELECT sleep(60);");
    std::stop_source stop;
    Options options = borrowed();
    options.stop = {stop.get_token(), stop.get_token(), stop.get_token()};
    const std::string running = "info LIKE 'SELECT sleep%' AND id = " + id();
    std::jthread stopper([&] {
        EXPECT_TRUE(becomes_true([&] { return counted(running) == "1"; }));
        stop.request_stop();
    });
    const auto begun = std::chrono::steady_clock::now();

    error_of([&] { Migrator(options).up(); });
    stopper.join();

    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(40));
    EXPECT_EQ(session_state(), before);
    EXPECT_EQ(ask(handle, "SELECT release_all_locks()"), "0");
}

TEST_F(BorrowedMysqlTest, never_opens_a_lost_session_again) {
    const my_bool always = 1;
    mysql_options(handle.get(), MYSQL_OPT_RECONNECT, &always);
    AtStep end(2, [&] { ask(other, "KILL " + id()); });
    Options options = borrowed();
    options.observer = &end;

    const auto error = error_of([&] { Migrator(options).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::connection_failed);
    EXPECT_TRUE(becomes_true([&] { return counted("db = '" + database + "'") == "0"; }));
    EXPECT_EQ(ask(other, "SELECT version FROM " + database + ".schema_migrations"), "1");
    EXPECT_EQ(mysql_ping(handle.get()), 0);  // for the caller the library may open it again
}

}  // namespace
}  // namespace aether::migrate::borrowed
