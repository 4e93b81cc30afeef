// SPDX-License-Identifier: MIT
// Finds out whether a connection pooler stands in front of the server, and how it hands out server sessions.
#pragma once

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// How long a session of the server belongs to its client.
enum class Pooling {
    none,        ///< Nobody stands between.
    session,     ///< A pooler leaves the client its server session until the client disconnects.
    transaction  ///< A pooler gives each transaction any server session; SET and session locks leak to
                 ///< others.
};

/// Returns the process of the server that answers.
int backend_of(Session& session, const spi::Wait& wait);

/// Finds out how a session is pooled, and returns at once when it is not: a pooler tells its client a process
/// number of its own making. Else it opens more sessions through the same URL and looks whether a server
/// session changes hands while its client is still connected.
/// Takes no lock and writes nothing. Throws Error: unsupported when the pooler gives no answer in time, or
/// lost a setting of the URL; cancelled.
Pooling find_pooling(Session& session, const Parameters& parameters, const spi::Wait& wait);

/// Returns the refusal of a pooler in transaction mode.
Error transaction_pooler_error();

}  // namespace aether::migrate::postgres
