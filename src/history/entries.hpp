// SPDX-License-Identifier: MIT
// Reads the history for people: its rows as values, the newest first.
#pragma once

#include <cstddef>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/status.hpp>

namespace aether::migrate::history {

/// Returns the last `limit` rows; nothing when there is no history or it holds none.
/// Throws Error (bookkeeping_failed, connection_failed, cancelled).
std::vector<HistoryEntry> load_entries(spi::Connection& connection, const spi::TableNames& tables,
                                       const spi::Look& look, std::size_t limit, const spi::Wait& wait);

}  // namespace aether::migrate::history
