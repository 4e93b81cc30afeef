// SPDX-License-Identifier: MIT
// Migrates over a libmariadb connection that the caller already has. Its users include <mysql.h> themselves.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/borrowed_connection.hpp>

struct st_mysql;  // NOLINT(readability-identifier-naming): the library's name for MYSQL
extern "C" const char* mysql_get_client_info(
    void);  // NOLINT(modernize-redundant-void-arg): as it is declared

namespace aether::migrate {

/// Makes Options::connection of a MYSQL of libmariadb, with a database selected. `parameters` is what the
/// query of a URL would say, of which the keys that begin with "x-" may stand here. See BorrowedConnection
/// for what holds for each connection. Here:
/// - Refused are also a connection without a database, and one that is lost (connection_failed).
/// - Put back are autocommit, the current database, whether several statements may be sent at once, whether
///   the library opens a lost session again (not during an operation), and the session's variables for
///   character sets, checks, limits of waits, sql_mode, time zone and transactions. User variables that a
///   file sets stay.
/// - It excludes other migrators, and golang-migrate's command, of the same database.
inline BorrowedConnection on_connection(st_mysql* connection, std::string_view parameters = {}) {
    return {"mysql", connection, reinterpret_cast<void (*)()>(&mysql_get_client_info),
            std::string(parameters)};
}

}  // namespace aether::migrate
