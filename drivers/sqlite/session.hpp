// SPDX-License-Identifier: MIT
// A connection with a database file: opened when it is there, made when it is needed.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <sqlite3.h>
#include <aether/migrate/spi/connection.hpp>

#include "borrowed.hpp"
#include "parameters.hpp"
#include "wait.hpp"

namespace aether::migrate::sqlite {

/// How long one call may wait for other connections at most, where nothing else bounds it.
inline constexpr std::chrono::seconds kLongestBusy{30};

/// Threads: one at a time.
class Session {
public:
    /// Opens the file unless it is still to be made. Throws Error (connection_failed).
    explicit Session(const Parameters& parameters);
    /// Uses a connection of the caller's; leaves it open, and as it was. Throws Error (invalid_argument) when
    /// it is not idle.
    Session(sqlite3* borrowed, const Parameters& parameters);

    /// Whether there is a database file by now; never makes one. Throws Error (connection_failed).
    bool is_there();
    /// Returns the handle; makes the file when it is not there. Throws Error (connection_failed).
    sqlite3* raw();
    /// Does what the URL wants to be set in the file itself (its journal mode, say). Once, under the
    /// migration lock. Throws Error (bookkeeping_failed).
    void set_up_file(const spi::Wait& wait);

    /// Returns the absolute name of the file; empty for a database in memory.
    std::string file();
    bool in_transaction() const;
    /// Is called before a file may change the settings of a caller's connection.
    void note_settings();
    Waiter& waiter() { return waiter_; }

    /// How long a call waits for other connections; nothing: as long as it may take.
    void limit_busy(std::optional<std::chrono::milliseconds> limit) { busy_limit_ = limit; }

    /// Runs one statement. `affected` counts rows that were changed, or for one that only reads, returned.
    /// Throws Error (bookkeeping_failed, cancelled).
    spi::Rows run(const spi::BoundStatement& statement, const spi::Wait& wait);

    /// Runs a text as spi::Connection::execute does. Rows are dropped, but those of PRAGMA foreign_key_check
    /// are a failure: nobody else would read them.
    spi::ScriptResult run_text(std::string_view text, const spi::Wait& wait);

private:
    void open(int flags);

    const Parameters& parameters_;
    // Closed after the statements; its handlers use the waiter, which is therefore declared before it.
    Waiter waiter_;
    std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> database_{nullptr, &sqlite3_close_v2};
    std::unique_ptr<KeptSettings> kept_settings_;  // of a caller's connection
    std::optional<std::chrono::milliseconds> busy_limit_ = kLongestBusy;
    bool file_is_set_up_ = false;
};

}  // namespace aether::migrate::sqlite
