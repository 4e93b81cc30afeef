// SPDX-License-Identifier: MIT
// Looks at a database and tells how it stands, without a lock and without a write.
#pragma once

#include <cstddef>
#include <vector>

#include <aether/migrate/status.hpp>

#include "context.hpp"

namespace aether::migrate::run {

/// Reads the version row. Throws Error: bookkeeping_failed, connection_failed, cancelled.
VersionState read_state(const RunContext& context);

/// See Migrator::status.
Status read_status(const RunContext& context);

/// See Migrator::history.
std::vector<HistoryEntry> read_history(const RunContext& context, std::size_t limit);

}  // namespace aether::migrate::run
