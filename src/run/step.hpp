// SPDX-License-Identifier: MIT
// Runs one migration in one direction, so that version row, history and schema agree at every moment.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <aether/migrate/code_migration.hpp>
#include <aether/migrate/error.hpp>
#include <aether/migrate/observer.hpp>
#include <aether/migrate/plan.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>
#include <aether/migrate/stop.hpp>

#include "../base/clock.hpp"
#include "../history/store.hpp"
#include "outcome.hpp"
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
    const spi::TableNames& tables;
    const spi::Limits& limits;   ///< Of flags or options: they count before a file's header and the URL.
    const Reopen& reopen;        ///< May be empty.
    const std::string& session;  ///< The connection's name; may be empty.
    StopTokens stop;
    std::string command;  ///< What to type to run this step again and go on.
};

/// A planned step and what its file's check found.
struct CheckedStep {
    PlannedStep plan;
    ScriptFacts facts;                       ///< Of the file; default when there is none.
    const CodeFunction* function = nullptr;  ///< The body, when it is not the file; outlives the step.
    std::string down_file;                   ///< For an up step: kept in the history.
    std::chrono::nanoseconds read{0};
};

/// Runs a step and reports it once it is durable.
///
/// A file that can be in a transaction goes there together with its version row and its history row: a
/// failure leaves no trace, and one that may pass (a lock not given in time) is tried again, the whole
/// transaction from its beginning. Any other file runs in segments, see segments.hpp. A file of one statement
/// that turns out to commit by itself inside our transaction, and is rolled back, is run again in the second
/// way. `resumed`: the step was cut off earlier, and what of it is applied is known.
/// Throws Error: migration_failed with the place and the state after it; cancelled; connection_failed;
/// bookkeeping_failed; outcome_unknown.
StepReport run_step(const StepContext& context, const CheckedStep& step,
                    const std::optional<history::JournalEntry>& resumed);

/// Returns how a checked step will run, as far as its file tells.
StepMode planned_mode(const CheckedStep& step);

/// Whether the server says that a statement can't run inside a transaction.
bool commits_by_itself(const spi::Connection& connection, const ErrorDetails& failure);

}  // namespace aether::migrate::run
