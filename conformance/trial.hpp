// SPDX-License-Identifier: MIT
// What a check works with: sessions of its database, statements that must succeed, and the engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/conformance.hpp>
#include <aether/migrate/migrate.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "check.hpp"

namespace aether::migrate::conformance {

/// A session as the engine begins it: opened, and looked at once.
struct Session {
    std::unique_ptr<spi::Connection> connection;
    spi::TableNames tables;  ///< With the schema of the first look.
    spi::Look look;          ///< The first one.

    const spi::Dialect& dialect() const { return connection->dialect(); }
    /// Runs a text; the server's refusal fails the check.
    void run(std::string_view text) const;
    /// Runs a text that the server must refuse; returns why it did.
    spi::ScriptFailure run_refused(std::string_view text) const;
    /// Runs a statement with values. `?` stands for each value in turn, whatever the dialect writes.
    spi::Rows query(std::string_view sql, const std::vector<spi::Value>& values = {}) const;
    /// Returns the first value of the only row, which is not NULL.
    std::string ask(std::string_view sql, const std::vector<spi::Value>& values = {}) const;
    std::uint64_t count(std::string_view sql, const std::vector<spi::Value>& values = {}) const;
    /// Runs a statement of the engine's protocol: the dialect's begin, COMMIT, ROLLBACK.
    void begin() const;
    void commit() const;
    void roll_back() const;
    bool try_lock() const;
    /// Drops everything, as the engine does: under the lock.
    void drop() const;
    spi::Look look_again() const;
    std::string quoted(std::string_view name) const;
};

/// Returns the limit for calls that need no time: a minute, far from every check's limit.
spi::Wait patience(std::chrono::milliseconds limit = std::chrono::seconds(60));

/// Migration files: names and texts.
using Files = std::map<std::string, std::string>;

class Trial {
public:
    Trial(const Subject& subject, Database database, std::filesystem::path folder);

    const Subject& subject() const { return subject_; }
    const Database& database() const { return database_; }

    /// Opens a session with the database.
    Session open() const { return open_url(database_.url); }
    Session open_url(const std::string& url) const;
    /// The database's URL with one more parameter, percent-encoded.
    std::string url_with(std::string_view key, std::string_view value) const;

    /// Makes the table that most checks write to: kit_rows (id bigint PRIMARY KEY, note text).
    void make_rows(const Session& session) const;

    /// Returns the engine over these files.
    Migrator migrator(const Files& files, Options options = {}) const;
    Migrator migrator_at(const std::string& url, const Files& files) const;
    /// Three migrations with a table each; the second one fills it.
    static const Files& three_files();

private:
    const Subject& subject_;
    Database database_;
    std::filesystem::path folder_;
    mutable std::size_t folders_ = 0;
};

/// Waits up to 20 seconds for something to become true.
bool becomes_true(const std::function<bool()>& is_true);

/// Runs a part of a check that must throw Error; returns its details.
ErrorDetails error_of(const std::function<void()>& part, std::string_view what);

/// Fails when a part takes longer than it may.
void in_time(std::chrono::milliseconds limit, std::string_view what, const std::function<void()>& part);

/// Fails unless the version table says this; -1: no row.
void require_version(const Session& session, std::int64_t version, bool dirty);

}  // namespace aether::migrate::conformance
