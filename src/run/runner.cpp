// SPDX-License-Identifier: MIT
// A whole run: look, lock, look again, check every file, then one step after the other.
#include "runner.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/applied.hpp"
#include "../history/catch_up.hpp"
#include "../history/compat.hpp"
#include "../history/store.hpp"
#include "../lock/session_lock.hpp"
#include "../plan/planner.hpp"

namespace aether::migrate::run {

namespace {

spi::Wait waiting(const RunContext& context) {
    return {context.stop.roll_back, context.clock.now() + kBookkeepingLimit};
}

spi::Look look_at(const RunContext& context) {
    SessionStart& start = context.start;
    spi::Look look = context.connection.look(start.tables, waiting(context));
    if (!start.tables.schema && !look.facts.schema.empty())
        start.tables.schema = look.facts.schema;
    if (!start.role)
        start.role = look.facts.role;
    return look;
}

// force and drop have no point in the middle at which a run may finish: a stop that was requested before the
// wait (at a question, say) lets them go on, as in golang-migrate; one that comes during the wait ends it.
const std::stop_token& stop_of_waiting(const RunContext& context) {
    return context.stop.finish.stop_requested() ? context.stop.roll_back : context.stop.finish;
}

// `stop` ends the waiting.
lock::SessionLock take_lock(const RunContext& context, const spi::Look& look, const std::stop_token& stop) {
    return {context.connection,           context.start.tables, look,
            {context.lock_timeout, stop}, context.clock,        context.observer};
}

bool is_nothing(const Plan& plan) {
    return plan.steps.empty() && plan.short_by == 0;
}

// What others did since the history's last event counts as applied too: the next write will adopt it.
std::vector<Version> with_adoptions(const RunContext& context, const spi::Look& look,
                                    const VersionState& state, std::vector<Version> applied) {
    if (!history::moved_by_others(look))
        return applied;
    for (const history::Event& event :
         history::catch_up(context.catalog, look, applied, state.version, history::EventKind::adopted)) {
        if (event.direction == Direction::up && event.version)
            applied.push_back(*event.version);
    }
    std::sort(applied.begin(), applied.end());
    return applied;
}

void warn_of_skipped(const RunContext& context, const spi::Look& look, const VersionState& state,
                     const std::vector<Version>& applied) {
    if (!look.history_rows)
        return;
    for (const Version version :
         find_skipped(context.catalog, state, with_adoptions(context, look, state, applied))) {
        context.observer.warning(
            fmt::format("{} is below the current version {} and was never applied; it stays out until you go "
                        "down below it and up "
                        "again",
                        context.catalog.find(version)->up->file, to_string(state.version)));
    }
}

void warn_of_missing_halves(const RunContext& context, const Plan& plan) {
    for (const PlannedStep& step : plan.steps) {
        if (step.reason == StepReason::missing_file && step.direction == Direction::down) {
            context.observer.warning(
                fmt::format("version {} has no down file: only the version moves, what its up "
                            "file made stays",
                            step.version.number));
        }
    }
}

CheckedStep check_step(const RunContext& context, const PlannedStep& planned) {
    CheckedStep step;
    step.plan = planned;
    const auto start = context.clock.now();
    if (!planned.file.empty()) {
        step.facts =
            check_script(context.source, planned.file, context.connection.dialect(), context.settings);
    }
    const CatalogEntry* entry = context.catalog.find(planned.version);
    if (planned.direction == Direction::up && entry != nullptr && entry->down) {
        step.down_file = entry->down->file;
    }
    step.read = context.clock.now() - start;
    return step;
}

std::vector<CheckedStep> check_steps(const RunContext& context, const Plan& plan) {
    std::vector<CheckedStep> steps;
    steps.reserve(plan.steps.size());
    for (const PlannedStep& planned : plan.steps) {
        steps.push_back(check_step(context, planned));
    }
    return steps;
}

// What a run needs beyond reading the version.
void refuse_unable(const spi::Look& look) {
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    if (look.history_forbidden || look.unwritable) {
        details.message = fmt::format("permission denied for the {} table",
                                      look.history_forbidden ? "history" : *look.unwritable);
        details.next =
            fmt::format("GRANT SELECT, INSERT, UPDATE, DELETE on it to the role {}", look.facts.user);
        throw Error(std::move(details));
    }
    if (!look.facts.read_only)
        return;
    details.code = ErrorCode::unsupported;
    details.message = "this session can only read: the server is a standby, or transactions are read-only";
    details.next = "connect to the primary server";
    throw Error(std::move(details));
}

void refuse_no_schema(const RunContext& context) {
    if (context.start.tables.schema)
        return;
    ErrorDetails details;
    details.code = ErrorCode::bookkeeping_failed;
    details.message = "no schema";
    details.state = "the session's search_path names no schema that exists";
    details.next = "create the schema, or set search_path in the database URL";
    throw Error(std::move(details));
}

// Runs the steps and says how it ended. A stop between two steps, or one that rolled a step back, is no
// error.
void run_steps(const RunContext& context, const spi::Look& look, history::Store& store,
               const std::vector<CheckedStep>& steps, Report& report) {
    const StepContext step_context{context.connection, context.source,   context.settings,   store,
                                   context.clock,      context.observer, look.facts.unicode, context.stop};
    report.left = steps.size();
    for (const CheckedStep& step : steps) {
        if (context.stop.finish.stop_requested()) {
            report.end = RunEnd::stopped;
            return;
        }
        try {
            report.steps.push_back(run_step(step_context, step));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::cancelled || store.state().dirty)
                throw;
            report.end = RunEnd::stopped;
            return;
        }
        --report.left;
    }
}

}  // namespace

Report run_to(const RunContext& context, const Target& target) {
    Report report;
    const spi::Look first = look_at(context);
    refuse_no_schema(context);
    report.state = history::state_of(first);
    try {
        if (is_nothing(make_plan(context.catalog, report.state, target, context.source.describe()))) {
            if (first.history_rows && report.state.version &&
                !history::all_applied(context.catalog, first, *report.state.version)) {
                warn_of_skipped(
                    context, first, report.state,
                    history::load_applied(context.connection, context.start.tables, first, waiting(context)));
            }
            return report;
        }
    } catch (const Error&) {
        // Seen without the lock it decides nothing: another process may be in the middle of a run.
    }
    refuse_unable(first);
    if (context.stop.finish.stop_requested()) {
        report.end = RunEnd::stopped;
        return report;
    }
    const lock::SessionLock lock = take_lock(context, first, context.stop.finish);
    const spi::Look look = look_at(context);
    history::Store store(context.connection, context.start.tables, look, context.catalog, *context.start.role,
                         waiting(context));
    report.state = history::state_of(look);
    const Plan plan = make_plan(context.catalog, report.state, target, context.source.describe());
    warn_of_skipped(context, look, report.state, store.applied());
    warn_of_missing_halves(context, plan);
    const std::vector<CheckedStep> steps = check_steps(context, plan);
    run_steps(context, look, store, steps, report);
    report.state = store.state();
    if (report.end == RunEnd::done && plan.short_by > 0) {
        report.end = RunEnd::short_of_it;
        report.short_by = plan.short_by;
    }
    return report;
}

void force_to(const RunContext& context, const std::optional<Version>& version) {
    const spi::Look first = look_at(context);
    refuse_no_schema(context);
    refuse_unable(first);
    const lock::SessionLock lock = take_lock(context, first, stop_of_waiting(context));
    const spi::Look look = look_at(context);
    history::Store store(context.connection, context.start.tables, look, context.catalog, *context.start.role,
                         waiting(context));
    store.force(version, waiting(context));
}

void drop_all(const RunContext& context) {
    const spi::Look first = look_at(context);
    refuse_no_schema(context);
    refuse_unable(first);
    const lock::SessionLock lock = take_lock(context, first, stop_of_waiting(context));
    context.connection.drop(context.start.tables, {context.stop.roll_back, std::nullopt});
}

VersionState read_state(const RunContext& context) {
    return history::state_of(look_at(context));
}

spi::DropPlan plan_drop(const RunContext& context) {
    look_at(context);
    return context.connection.plan_drop(context.start.tables, waiting(context));
}

}  // namespace aether::migrate::run
