// SPDX-License-Identifier: MIT
// What the author of a driver hands over: how to open a database by URL, and what comes with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/borrowed_connection.hpp>
#include <aether/migrate/scratch.hpp>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::spi {

/// What a database URL says about the run, besides how to connect (the x- parameters).
struct Settings {
    std::optional<std::string> table_schema;  ///< Nothing: the session's current schema.
    std::string table = "schema_migrations";  ///< The version table, raw: not quoted, not folded.
    bool history = true;                      ///< x-history
    bool multi_statement = false;             ///< x-multi-statement: each statement commits by itself.
    std::size_t multi_statement_max_bytes = 10u << 20;  ///< x-multi-statement-max-size, for one statement.
    Limits limits;  ///< x-table-lock-timeout, x-retry-for, x-statement-timeout, …
};

/// A session and what its URL said.
struct Opened {
    std::unique_ptr<Connection> connection;
    Settings settings;
    /// Of a connection of the caller's: opens a session of our own with the same database, for when the
    /// caller's is lost. May be empty: there is no way to.
    std::function<std::unique_ptr<Connection>(const Wait& wait)> reopen;
};

/// Private servers, for drivers that can make one. See <aether/migrate/scratch.hpp> for the contracts.
struct ScratchServers {
    std::vector<scratch::Cluster> (*list)();
    std::string (*url)(std::string_view name);
    bool (*stop)(std::string_view name);
    void (*drop)(std::string_view name);
};

/// One driver: a plain value. All pointers live as long as the program.
struct DriverInfo {
    std::string_view name;                      ///< "postgres"
    std::span<const std::string_view> schemes;  ///< {"postgres", "postgresql", …}
    /// Connects. Throws Error (invalid_url, connection_failed, cancelled). Returns by the deadline of `wait`.
    Opened (*open)(std::string_view url, const Wait& wait) = nullptr;
    const ScratchServers* scratch = nullptr;  ///< May be nullptr.
    /// Returns the client library that is loaded, as "libpq 15.20". May be nullptr: the driver has none.
    std::string (*client_library)() = nullptr;
    /// Uses a connection of the caller's until the Connection ends, which then leaves it as it was and does
    /// not close it. Throws Error: those of check_borrowed() and refuse_busy(); connection_failed, cancelled.
    /// May be nullptr: the driver can't.
    Opened (*adopt)(const BorrowedConnection& connection, const Wait& wait) = nullptr;
};

}  // namespace aether::migrate::spi
