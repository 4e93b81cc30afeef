// SPDX-License-Identifier: MIT
// One open SQLite database: the client library behind objects that clean up, and its errors as ours.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

namespace tiny {

namespace spi = aether::migrate::spi;

using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

/// Why a call was cut short.
enum class Interruption { none, stop, deadline };

class Session {
public:
    /// Opens a file and makes it unless `flags` say otherwise. Throws Error (connection_failed).
    Session(const std::string& path, int flags);

    sqlite3* raw() const { return database_.get(); }
    bool in_transaction() const { return sqlite3_get_autocommit(raw()) == 0; }

    /// Runs one statement with its values. Throws Error (bookkeeping_failed, cancelled).
    spi::Rows run(const spi::BoundStatement& statement, const spi::Wait& wait);
    /// Runs all statements of a text, one after the other.
    spi::ScriptResult run_text(std::string_view text, const spi::Wait& wait);

private:
    /// Lets SQLite ask during a call whether to go on, and remembers the answer.
    class Watch;

    std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database_{nullptr, &sqlite3_close};
};

}  // namespace tiny
