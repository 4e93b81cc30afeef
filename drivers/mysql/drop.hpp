// SPDX-License-Identifier: MIT
// Removes everything of the current database, and says beforehand what that is.
#pragma once

#include <optional>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::mysql {

/// Lists what run_drop() would remove: events, views, routines, tables (with their triggers) and sequences of
/// the session's database, and our own tables wherever they are. Throws Error.
spi::DropPlan make_drop_plan(Session& session, const spi::TableNames& tables, const spi::Wait& wait);

/// Removes it, statement by statement, our own tables last: the server can't undo a DROP. Foreign keys are
/// not looked at meanwhile. `lock_check` is a query that gives one row while this session may drop. Throws
/// Error, which says what is left.
void run_drop(Session& session, const spi::TableNames& tables,
              const std::optional<spi::BoundStatement>& lock_check, const spi::Wait& wait);

}  // namespace aether::migrate::mysql
