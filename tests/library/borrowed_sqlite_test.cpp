// SPDX-License-Identifier: MIT
// Migrations over a SQLite connection that the caller already has.
#include <aether/migrate/sqlite_connection.hpp>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "borrowed.hpp"

namespace aether::migrate::borrowed {
namespace {

using Handle = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

Handle open(const std::string& file) {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &opened), SQLITE_OK);
    return {opened, &sqlite3_close};
}

// The first value; the error's text when there is one.
std::string ask(const Handle& handle, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        return sqlite3_errmsg(handle.get());
    std::string value;
    if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr)
        value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    return value;
}

class BorrowedSqliteTest : public testing::Test {
protected:
    BorrowedSqliteTest() : handle(open(folder.path() + "/app.db")) {
        migrations.add("1_users", "CREATE TABLE users (id integer);", "DROP TABLE users;");
        migrations.add("2_rows", "INSERT INTO users VALUES (1);", "DELETE FROM users;");
    }

    std::string url() const { return "sqlite://" + folder.path() + "/app.db"; }

    Folder folder;
    Handle handle;
    Migrations migrations;
};

TEST_F(BorrowedSqliteTest, migrates_and_leaves_the_connection_open) {
    Migrator migrator(migrations.options(on_connection(handle.get())));

    EXPECT_EQ(migrator.up().steps.size(), 2U);

    EXPECT_EQ(ask(handle, "SELECT count(*) FROM users"), "1");
    EXPECT_EQ(migrator.version().version, Version{2});
    migrator.down();
    EXPECT_EQ(ask(handle, "SELECT count(*) FROM users"), "no such table: users");
}

TEST_F(BorrowedSqliteTest, migrates_a_database_in_memory) {
    const Handle memory = open(":memory:");

    Migrator(migrations.options(on_connection(memory.get()))).up();

    EXPECT_EQ(ask(memory, "SELECT count(*) FROM users"), "1");
    EXPECT_EQ(Migrator(migrations.options(on_connection(memory.get()))).version().version, Version{2});
}

TEST_F(BorrowedSqliteTest, takes_the_parameters_of_a_url) {
    const auto borrowed = on_connection(handle.get(), "x-migrations-table=ours&x-history=false");

    Migrator(migrations.options(borrowed)).up();

    EXPECT_EQ(ask(handle, "SELECT version FROM ours"), "2");
    EXPECT_EQ(ask(handle, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'schema%'"), "0");
}

TEST_F(BorrowedSqliteTest, refuses_a_parameter_that_an_open_connection_can_not_take) {
    const auto error =
        error_of([&] { Migrator(migrations.options(on_connection(handle.get(), "mode=ro"))); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_url);
    EXPECT_EQ(error->message, "mode can't be set on a connection that is open already");
}

TEST_F(BorrowedSqliteTest, refuses_an_open_transaction_and_leaves_it_open) {
    Migrator migrator(migrations.options(on_connection(handle.get())));
    ask(handle, "BEGIN");
    ask(handle, "CREATE TABLE theirs (id integer)");

    const auto error = error_of([&] { migrator.up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
    EXPECT_EQ(error->message, "the connection that was handed over is not idle: a transaction is open");
    EXPECT_EQ(sqlite3_get_autocommit(handle.get()), 0);
    ask(handle, "COMMIT");
    EXPECT_EQ(ask(handle, "SELECT count(*) FROM theirs"), "0");
    EXPECT_EQ(ask(handle, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'schema%'"), "0");
}

TEST_F(BorrowedSqliteTest, refuses_a_statement_that_has_rows_left) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(handle.get(), "SELECT 1 UNION SELECT 2", -1, &statement, nullptr);
    ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);

    const auto error = error_of([&] { Migrator(migrations.options(on_connection(handle.get()))); });

    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    sqlite3_finalize(statement);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
}

TEST_F(BorrowedSqliteTest, refuses_a_null_pointer) {
    const auto error =
        error_of([&] { Migrator(migrations.options(on_connection(static_cast<sqlite3*>(nullptr)))); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::invalid_argument);
}

TEST_F(BorrowedSqliteTest, refuses_a_handle_of_another_copy_of_the_library) {
    BorrowedConnection borrowed = on_connection(handle.get());
    borrowed.client_library = [] {};

    const auto error = error_of([&] { Migrator{migrations.options(borrowed)}; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::driver_unusable);
}

TEST_F(BorrowedSqliteTest, puts_the_settings_back_that_a_file_changed) {
    const std::vector<std::string> names{"foreign_keys", "synchronous",        "cache_size",
                                         "temp_store",   "legacy_alter_table", "busy_timeout"};
    const auto settings = [&] {
        std::string text;
        for (const std::string& name : names)
            text += name + " " + ask(handle, "PRAGMA " + name) + "\n";
        return text;
    };
    ask(handle, "PRAGMA foreign_keys = on");
    ask(handle, "PRAGMA busy_timeout = 1234");
    const std::string before = settings();
    migrations.add("3_settings",
                   "PRAGMA foreign_keys = off; PRAGMA synchronous = off; PRAGMA cache_size = 77;"
                   "PRAGMA temp_store = memory; PRAGMA legacy_alter_table = on; PRAGMA busy_timeout = 5;");

    Migrator(migrations.options(on_connection(handle.get()))).up();

    EXPECT_EQ(settings(), before);
}

TEST_F(BorrowedSqliteTest, puts_back_a_setting_whose_number_means_another_one) {
    ask(handle, "PRAGMA secure_delete = fast");
    migrations.add("3_settings", "PRAGMA secure_delete = on;");

    Migrator(migrations.options(on_connection(handle.get()))).up();

    EXPECT_EQ(ask(handle, "PRAGMA secure_delete"), "2");
}

TEST_F(BorrowedSqliteTest, puts_the_settings_back_after_a_failure) {
    ask(handle, "PRAGMA foreign_keys = on");
    migrations.add("3_broken", "PRAGMA foreign_keys = off;\nSELECT 1;\nSELEKT 2;");

    const auto error = error_of([&] { Migrator(migrations.options(on_connection(handle.get()))).up(); });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::migration_failed);
    EXPECT_EQ(ask(handle, "PRAGMA foreign_keys"), "1");
    EXPECT_NE(sqlite3_get_autocommit(handle.get()), 0);
    EXPECT_EQ(ask(handle, "SELECT version FROM schema_migrations"), "2");
}

TEST_F(BorrowedSqliteTest, leaves_no_function_and_no_lock_behind) {
    Migrator(migrations.options(on_connection(handle.get()))).up();

    EXPECT_EQ(ask(handle, "SELECT aether_migrate_holds_lock()"),
              "no such function: aether_migrate_holds_lock");
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/app.db-migrate-lock"));
}

TEST_F(BorrowedSqliteTest, excludes_a_migrator_that_opened_the_file_by_url) {
    // While the borrowed one is in the middle of a file the other one asks once for the lock.
    std::optional<ErrorDetails> seen;
    AtStep meanwhile(1, [&] {
        Options other = migrations.options(url());
        other.lock_timeout = std::chrono::seconds(0);
        seen = error_of([&] { Migrator(other).up(); });
    });
    Options options = migrations.options(on_connection(handle.get()));
    options.observer = &meanwhile;

    Migrator(options).up();

    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->code, ErrorCode::lock_timeout);
}

TEST_F(BorrowedSqliteTest, a_stop_in_a_statement_leaves_the_connection_usable) {
    std::stop_source stop;
    const auto request = [](sqlite3_context* context, int, sqlite3_value**) {
        static_cast<std::stop_source*>(sqlite3_user_data(context))->request_stop();
    };
    sqlite3_create_function(handle.get(), "now_it_runs", 0, SQLITE_UTF8, &stop, request, nullptr, nullptr);
    migrations.add("3_long",
                   "SELECT now_it_runs();\n"
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;");
    Options options = migrations.options(on_connection(handle.get()));
    options.stop = {stop.get_token(), stop.get_token(), {}};

    const Report report = Migrator(options).up();

    EXPECT_EQ(report.end, RunEnd::stopped);
    EXPECT_TRUE(stop.stop_requested());
    EXPECT_EQ(ask(handle, "SELECT version FROM schema_migrations"), "2");
    EXPECT_NE(sqlite3_get_autocommit(handle.get()), 0);
}

}  // namespace
}  // namespace aether::migrate::borrowed
