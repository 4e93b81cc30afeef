// SPDX-License-Identifier: MIT
// A connection that the caller already has, as Options::connection takes it.
#pragma once

#include <string>

namespace aether::migrate {

/// A connection of the caller's. Made by on_connection() of the header of its database:
/// <aether/migrate/postgres_connection.hpp>, <aether/migrate/sqlite_connection.hpp> or
/// <aether/migrate/mysql_connection.hpp>.
///
/// What holds for all of them:
/// - The connection stays the caller's, who closes it, after the migrator. Each operation of the migrator
///   takes it and gives it back at its end, also when it throws; in between the caller may use it. During an
///   operation nobody else may, from any thread.
/// - It must be idle: no transaction open, no result pending. Otherwise the operation throws Error
///   (invalid_argument) and changes nothing.
/// - Afterwards it is as it was: settings that the engine or a migration's file changed are put back, no lock
///   and no prepared statement of the engine's is left. What else a file leaves in its session (temporary
///   tables, LISTEN, ATTACH) stays, as if the caller had run the file.
/// - A lost connection is never opened again. Where a second session is needed (to look who is in the way, to
///   find out whether a commit came through, to cancel on MariaDB) it is opened with the parameters of the
///   caller's; where that fails the engine does without it, and a lost commit stays outcome_unknown.
struct BorrowedConnection {
    std::string scheme;      ///< Of the driver, as "postgres".
    void* handle = nullptr;  ///< A guest, see Options.
    /// A function of the client library that made the handle: the driver refuses a handle that another copy
    /// of the library made. nullptr: not checked.
    void (*client_library)() = nullptr;
    /// What the query of a URL would say: "x-migrations-table=ours&x-history=false".
    std::string parameters;
};

}  // namespace aether::migrate
