// SPDX-License-Identifier: MIT
// Migrates over a SQLite connection that the caller already has. Its users include <sqlite3.h> themselves.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/borrowed_connection.hpp>

struct sqlite3;
extern "C" const char* sqlite3_libversion(
    void);  // NOLINT(modernize-redundant-void-arg): as SQLite declares it

namespace aether::migrate {

/// Makes Options::connection of a sqlite3, of a file or in memory. `parameters` is what the query of a URL
/// would say, of which the keys that begin with "x-" may stand here. See BorrowedConnection for what holds
/// for each connection. Here:
/// - Put back are the busy timeout, and the PRAGMAs cache_size, foreign_keys, ignore_check_constraints,
///   legacy_alter_table, locking_mode, query_only, recursive_triggers, reverse_unordered_selects,
///   secure_delete, synchronous, temp_store, trusted_schema and writable_schema.
/// - The engine has a busy handler and a progress handler of its own during an operation. SQLite tells nobody
///   which function was there before: whoever set one (not a busy timeout) sets it again afterwards.
/// - A database in memory belongs to this connection alone, so it is not locked against others.
inline BorrowedConnection on_connection(sqlite3* connection, std::string_view parameters = {}) {
    return {"sqlite", connection, reinterpret_cast<void (*)()>(&sqlite3_libversion), std::string(parameters)};
}

}  // namespace aether::migrate
