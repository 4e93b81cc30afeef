// SPDX-License-Identifier: MIT
// Runs one migration in one direction, so that version row, history and schema agree at every moment.
#pragma once

#include <chrono>
#include <string>

#include <aether/migrate/observer.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>
#include <aether/migrate/stop.hpp>

#include "../base/clock.hpp"
#include "../history/store.hpp"
#include "../plan/plan.hpp"
#include "preflight.hpp"

namespace aether::migrate::run {

/// How long a statement of the engine's own may take before the run gives up: somebody holds a lock on its
/// tables.
inline constexpr std::chrono::seconds kBookkeepingLimit{30};

/// What a step works with; everything outlives it.
struct StepContext {
    spi::Connection& connection;
    spi::Source& source;
    const spi::Settings& settings;
    history::Store& store;
    Clock& clock;
    Observer& observer;
    bool unicode = true;  ///< The database can store every character.
    StopTokens stop;
};

/// A planned step and what its file's check found.
struct CheckedStep {
    PlannedStep plan;
    ScriptFacts facts;      ///< Of the file; default when there is none.
    std::string down_file;  ///< For an up step: kept in the history.
    std::chrono::nanoseconds read{0};
};

/// Runs a step and reports it once it is durable.
///
/// A file that can be in a transaction goes there together with its version row and its history row: a
/// failure leaves no trace. Any other file runs under golang-migrate's dirty protocol: (target, dirty), the
/// file, (target, clean). A file of one statement that turns out to commit by itself inside our transaction,
/// and is rolled back, is run again in the second way. Throws Error: migration_failed with the place and the
/// state after it; cancelled; connection_failed; bookkeeping_failed; outcome_unknown.
StepReport run_step(const StepContext& context, const CheckedStep& step);

}  // namespace aether::migrate::run
