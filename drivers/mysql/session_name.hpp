// SPDX-License-Identifier: MIT
// A name for a session that outlives it, and the question whether the session is still there.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::mysql {

/// Takes a user lock that nobody else has the name of and returns "connection ID, lock NAME". Every user may
/// ask whether a user lock is held, of sessions of other users too, and the server frees it when the session
/// ends, not before its last statement does: unlike a number in the list of sessions it is never used again.
/// Throws Error (connection_failed, cancelled, bookkeeping_failed).
std::string name_session(Session& session, const spi::Wait& wait);

/// Returns whether that session is there. Unknown for other names. Throws Error as name_session.
spi::SessionState probe(Session& session, std::string_view name, const spi::Wait& wait);

/// Returns a statement that takes the lock of a name again, for a file may have freed all of the session's.
std::string renewal_of(std::string_view name);

/// Frees the lock of a name: its session is a caller's, and goes on without us.
void forget_name(Session& session, std::string_view name) noexcept;

}  // namespace aether::migrate::mysql
