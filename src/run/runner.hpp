// SPDX-License-Identifier: MIT
// A whole run: look, lock, look again, check every file, then one step after the other.
#pragma once

#include <optional>

#include <aether/migrate/plan.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "context.hpp"

namespace aether::migrate::run {

/// Leads the database to a target. Clean and nothing to do: returns without a lock and without a write;
/// anything else seen without the lock decides nothing. Every file of the plan is checked before the first
/// one runs. Throws Error as make_plan, check_script, SessionLock and run_step do; the lock is given back in
/// every case.
Report run_to(const RunContext& context, const Target& target);

/// See Migrator::plan.
Plan preview(const RunContext& context, const Target& target);

/// Runs the steps of a plan when database and files are still as it says. Throws Error: plan_outdated; as
/// run_to().
Report run_plan(const RunContext& context, const Plan& plan);

/// Writes a version without running anything; always clean afterwards.
/// Throws Error: lock_timeout, cancelled, connection_failed, bookkeeping_failed.
void force_to(const RunContext& context, const std::optional<Version>& version);

/// Removes everything of the current schema.
/// Throws Error: lock_timeout, cancelled, connection_failed, bookkeeping_failed.
void drop_all(const RunContext& context);

/// Lists what drop_all would do.
spi::DropPlan plan_drop(const RunContext& context);

}  // namespace aether::migrate::run
