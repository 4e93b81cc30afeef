// SPDX-License-Identifier: MIT
// The version row, the history's end and the session's facts, whether the tables exist or not.
#pragma once

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::mysql {

/// Looks in one message when all tables are there, and in one more for each that is missing or forbidden: the
/// server stops at the first statement that fails. Throws Error (bookkeeping_failed, connection_failed,
/// cancelled).
///
/// The server does not show which transaction wrote a row. So Look::same_write only says that the version row
/// agrees with the history's last event, and Look::journal_current that it agrees with the journal: whoever
/// moved the row and moved it back is not seen.
spi::Look look_at(Session& session, const spi::TableNames& tables, const spi::Wait& wait);

}  // namespace aether::migrate::mysql
