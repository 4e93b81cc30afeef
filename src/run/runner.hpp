// SPDX-License-Identifier: MIT
// A whole run: look, lock, look again, check every file, then one step after the other.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <aether/migrate/observer.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>

#include "../base/clock.hpp"
#include "../migration/catalog.hpp"
#include "../plan/plan.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// What is found at a session's first look and holds for all of it: a file may change the search_path and the
/// role.
struct SessionStart {
    spi::TableNames tables;  ///< The schema is filled in by the first look.
    std::optional<std::string> role;
};

/// What runs share; everything outlives them.
struct RunContext {
    spi::Connection& connection;
    spi::Source& source;
    const Catalog& catalog;
    const spi::Settings& settings;
    SessionStart& start;
    Clock& clock;
    Observer& observer;
    std::optional<std::chrono::seconds> lock_timeout;
    StopTokens stop;
};

/// Leads the database to a target. Clean and nothing to do: returns without a lock and without a write;
/// anything else seen without the lock decides nothing. Every file of the plan is checked before the first
/// one runs. Throws Error as make_plan, check_script, SessionLock and run_step do; the lock is given back in
/// every case.
Report run_to(const RunContext& context, const Target& target);

/// Writes a version without running anything; always clean afterwards.
/// Throws Error: lock_timeout, cancelled, connection_failed, bookkeeping_failed.
void force_to(const RunContext& context, const std::optional<Version>& version);

/// Removes everything of the current schema.
/// Throws Error: lock_timeout, cancelled, connection_failed, bookkeeping_failed.
void drop_all(const RunContext& context);

/// Reads the version row, without a lock and without a write.
VersionState read_state(const RunContext& context);

/// Lists what drop_all would do.
spi::DropPlan plan_drop(const RunContext& context);

}  // namespace aether::migrate::run
