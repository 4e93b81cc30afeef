// SPDX-License-Identifier: MIT
// The driver's border: SQLite's errors in the engine's terms and golang-migrate's words.
#pragma once

#include <string>
#include <string_view>

#include <sqlite3.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::sqlite {

/// Returns the name of a result code, extended ones included, as "SQLITE_CONSTRAINT_UNIQUE"; for codes that
/// a later SQLite may add the name of its family.
std::string name_of_code(int code);

/// Whether the same statement may pass a moment later, because another connection was in the way.
bool is_busy(int code);

/// What is known of a failure of the last call on a connection.
struct Failure {
    int code = SQLITE_OK;
    std::string message;  ///< SQLite's, with the system's reason where that says more.
    int offset = -1;      ///< In bytes from the start of the statement; -1: unknown.
};

/// Reads it. Call it before anything else is done with the connection.
Failure read_failure(sqlite3* database, int code);

/// Makes the error of a statement of the engine's own (not of a migration file).
Error bookkeeping_error(const Failure& failure, std::string_view statement);

/// Makes the error of a database that can't be opened, or whose file is none.
Error opening_error(const Failure& failure, const std::string& file);

}  // namespace aether::migrate::sqlite
