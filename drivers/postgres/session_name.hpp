// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/connection.hpp>

#include "backend.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// Returns "PID START": the number of the server's process that answers (behind a pooler not the one that
/// libpq was told), and when its session began, in microseconds since 1970. Empty when the server does not
/// say. Throws Error (connection_failed, cancelled).
std::string session_name(Session& session, const spi::Wait& wait);
/// The same of a process that is known; empty when its start is not.
std::string name_of(const Backend& backend);

/// Returns whether that session is there. Unknown for other names, and when this role may not see the start
/// of the session that has the number now. Throws Error (connection_failed, cancelled).
spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait);

}  // namespace aether::migrate::postgres
