// SPDX-License-Identifier: MIT
// What the library's tests share: a folder of migrations, a database of their own, and an observer that
// notes.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/migrate.hpp>

#include "../support/client.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::testing {

/// Notes what it hears; `on_warned` is called for each warning. Threads: warnings may be read from any.
class Listener final : public Observer {
public:
    std::vector<std::string> warnings() const;

    std::function<void()> on_warned;

private:
    void on_warning(std::string_view text) override;

    mutable std::mutex mutex_;
    std::vector<std::string> warnings_;
};

/// A folder for the migrations of a build, and a SQLite database.
class LibraryTest : public ::testing::Test {
protected:
    /// Writes a file of a build's migrations; another build has other ones.
    void file(const std::string& name, const std::string& text, const std::string& build = "build") const;
    /// Writes N_mN.up.sql files, from 1 on, that make tables t1, t2, …
    void tables(int count, const std::string& build = "build") const;

    virtual std::string url() const { return "sqlite3://" + (folder_ / "app.db").string(); }
    Options options(const std::string& build = "build") const;

    /// Runs statements on the SQLite database.
    void sqlite(const std::string& sql) const;
    bool has_database() const { return std::filesystem::exists(folder_ / "app.db"); }

private:
    Folder made_;
    std::filesystem::path folder_ = made_.path();
};

/// The same with a PostgreSQL database: on the server that AETHER_TEST_POSTGRES_URL names, for each test one.
class PostgresLibraryTest : public LibraryTest {
protected:
    void SetUp() override;
    void TearDown() override;

    std::string url() const override { return url_of("postgres"); }
    std::string url_of(const std::string& user) const;
    /// A client of the database as superuser.
    postgres::Client client() const { return postgres::Client(url()); }
    /// Makes a setting the default of the database's later sessions: "log_statement = 'all'".
    void set_for_sessions(const std::string& setting) const;
    /// What the server logged so far, and after a mark the statements of this database.
    static std::size_t log_mark();
    std::vector<std::string> statements_since(std::size_t mark) const;

private:
    std::string database_;
};

/// Returns how an operation failed; a code of `internal` and no message: it did not.
ErrorDetails failure_of(const std::function<void()>& operation);

}  // namespace aether::migrate::testing
