// SPDX-License-Identifier: MIT
// Migrates over a libpq connection that the caller already has. Its users include <libpq-fe.h> themselves.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/borrowed_connection.hpp>

struct pg_conn;  // libpq's name for PGconn
// NOLINTNEXTLINE(modernize-redundant-void-arg,readability-identifier-naming): as libpq declares it
extern "C" int PQlibVersion(void);

namespace aether::migrate {

/// Makes Options::connection of a PGconn. `parameters` is what the query of a URL would say, of which the
/// keys that begin with "x-" may stand here. See BorrowedConnection for what holds for each connection. Here:
/// - Refused are also a connection in pipeline mode and one that is lost (connection_failed). A blocking
///   connection is blocking again afterwards. Of a lost session PQstatus() says CONNECTION_BAD.
/// - Put back are settings that SET or set_config() changed, with role and session authorization. Names
///   with a dot that no module knows ("my.setting") are not listed by the server, and are not put back.
/// - The observer hears the server's notices unless the caller set a notice receiver: that one stays, and
///   hears them instead. Notifications stay for PQnotifies().
/// - It excludes other migrators, and golang-migrate's command, of the same database.
inline BorrowedConnection on_connection(pg_conn* connection, std::string_view parameters = {}) {
    return {"postgres", connection, reinterpret_cast<void (*)()>(&PQlibVersion), std::string(parameters)};
}

}  // namespace aether::migrate
