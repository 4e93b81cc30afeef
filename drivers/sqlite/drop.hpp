// SPDX-License-Identifier: MIT
// Removes all tables and views of the database, in one transaction, and says beforehand which.
#pragma once

#include <aether/migrate/spi/connection.hpp>

#include "lock.hpp"
#include "session.hpp"

namespace aether::migrate::sqlite {

/// Lists what run_drop() would do.
spi::DropPlan make_drop_plan(Session& session, const spi::Wait& wait);

/// Removes all of it, the engine's tables included; indexes and triggers go with their tables. SQLite's own
/// tables are left, but for its statistics: sqlite_sequence can't be dropped, and VACUUM takes it when it is
/// empty. Foreign keys are not enforced meanwhile. Then gives the space back, if that can be done. Throws
/// Error (bookkeeping_failed, cancelled): nothing was dropped.
void run_drop(Session& session, const MigrationLock& lock, const spi::Wait& wait);

}  // namespace aether::migrate::sqlite
