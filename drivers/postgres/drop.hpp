// SPDX-License-Identifier: MIT
// Removes everything of the current schema, in one transaction, and says beforehand what that is.
#pragma once

#include <optional>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::postgres {

/// Looks at the catalogue only. Throws Error (bookkeeping_failed, connection_failed, cancelled).
spi::DropPlan make_drop_plan(Session& session, const spi::TableNames& tables, const spi::Wait& wait);

/// Looks and removes in one transaction, which is rolled back when it can't be finished.
/// Throws Error (bookkeeping_failed, connection_failed, cancelled).
void run_drop(Session& session, const spi::TableNames& tables,
              const std::optional<spi::BoundStatement>& lock_check, const spi::Wait& wait);

}  // namespace aether::migrate::postgres
