// SPDX-License-Identifier: MIT
// A whole run: look, lock, look again, check every file, then one step after the other.
#include "runner.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/compat.hpp"
#include "../history/transaction.hpp"
#include "../plan/planner.hpp"
#include "check.hpp"
#include "command.hpp"
#include "outcome.hpp"
#include "recover.hpp"
#include "skipped.hpp"
#include "step.hpp"

namespace aether::migrate::run {

namespace {

bool is_nothing(const Plan& plan) {
    return plan.steps.empty() && plan.short_by == 0;
}

bool has_nothing_to_do(const RunContext& context, const VersionState& state, const Target& target) {
    try {
        return is_nothing(make_plan(context.catalog, state, target, context.source.describe()));
    } catch (const Error&) {
        // Seen without the lock it decides nothing: another process may be in the middle of a run.
        return false;
    }
}

// Where a history is kept it knows which up files ran.
void warn_of_missing_halves(const RunContext& context, const Plan& plan,
                            const std::vector<Version>& applied) {
    for (const PlannedStep& step : plan.steps) {
        const bool ran =
            !context.settings.history || std::binary_search(applied.begin(), applied.end(), step.version);
        if (step.reason == StepReason::missing_file && step.direction == Direction::down && ran) {
            context.observer.warning(
                fmt::format("version {} has no down file: only the version moves, "
                            "what its up file made stays",
                            step.version.number));
        }
    }
}

// The steps of a run, the one first that was cut off earlier.
struct Work {
    std::vector<CheckedStep> steps;
    std::optional<history::JournalEntry> resumed;
    Target target;
};

// Whether it waits or not: a run that a stop cuts off before its first step has not done what it is there
// for.
[[noreturn]] void fail_stopped(std::string state) {
    ErrorDetails details;
    details.code = ErrorCode::cancelled;
    details.message = "stopped before the first migration";
    details.state = std::move(state);
    throw Error(std::move(details));
}

// Whether a run goes on from its first look to the lock. One whose stop was requested before it began does
// not, and that is no error.
bool may_begin(const RunContext& context, const spi::Look& first, bool stopped_before, Report& report) {
    refuse_unable(first);
    if (stopped_before) {
        report.end = RunEnd::stopped;
        return false;
    }
    if (context.stop.finish.stop_requested())
        fail_stopped("nothing was changed");
    return true;
}

// Runs the steps and says how it ended. A stop between two steps, or one that rolled a step back, is no
// error.
void run_steps(const RunContext& context, history::Store& store, const std::string& session, const Work& work,
               Report& report) {
    StepContext step_context{context.connection, context.source,   context.settings,     store,
                             context.clock,      context.observer, context.start.tables, context.limits,
                             context.reopen,     session,          context.stop,         {}};
    Target target = work.target;
    report.left = work.steps.size();
    if (!work.steps.empty())
        store.make_tables(waiting(context));
    for (const CheckedStep& step : work.steps) {
        if (context.stop.finish.stop_requested()) {
            if (report.steps.empty()) {
                fail_stopped(fmt::format("the database is at {}, {}", in_words(store.state().version),
                                         store.state().dirty ? "dirty: the next run goes on" : "clean"));
            }
            report.end = RunEnd::stopped;
            return;
        }
        step_context.command = command_for(target);
        const bool is_resumed = work.resumed && &step == &work.steps.front();
        try {
            report.steps.push_back(run_step(step_context, step, is_resumed ? work.resumed : std::nullopt));
        } catch (const Error& error) {
            if (error.code() != ErrorCode::cancelled || store.state().dirty)
                throw;
            report.end = RunEnd::stopped;
            return;
        }
        target = after_step(target, step.plan.direction);
        --report.left;
    }
}

void conclude(Report& report, const VersionState& state, std::uint64_t short_by) {
    report.state = state;
    if (report.end == RunEnd::done && short_by > 0) {
        report.end = RunEnd::short_of_it;
        report.short_by = short_by;
    }
}

[[noreturn]] void refuse_outdated(std::string why) {
    ErrorDetails details;
    details.code = ErrorCode::plan_outdated;
    details.message = fmt::format("the plan is outdated: {}", why);
    details.state = "nothing was changed";
    details.next = "make a new plan, and look at it";
    throw Error(std::move(details));
}

void check_state(const VersionState& state, const Plan& plan) {
    if (!state.dirty && state == plan.from)
        return;
    refuse_outdated(fmt::format("it begins at {}, and the database is at {}{}", in_words(plan.from.version),
                                in_words(state.version), state.dirty ? ", dirty" : ""));
}

// Reads the files again: what will run must be what was planned.
std::vector<CheckedStep> check_steps(const RunContext& context, const Plan& plan) {
    const std::string difference = find_difference(context.catalog, plan);
    if (!difference.empty())
        refuse_outdated(difference);
    std::vector<CheckedStep> steps;
    steps.reserve(plan.steps.size());
    for (const PlannedStep& planned : plan.steps) {
        steps.push_back(check_step(context, planned));
        if (steps.back().facts.checksum != planned.checksum)
            refuse_outdated(fmt::format("{} was edited since", planned.file));
    }
    return steps;
}

// A row that was the same before tells nothing.
void resolve_force(const RunContext& context, const LostCommit& commit, ErrorDetails details) {
    const Outcome outcome =
        commit.before == commit.after
            ? Outcome::unknown
            : find_outcome(commit, context.reopen, context.clock, context.observer, context.stop);
    if (outcome == Outcome::committed)
        return;
    if (outcome == Outcome::rolled_back) {
        details.code = ErrorCode::connection_failed;
        details.state = "the version row is as it was";
    } else {
        details.state = "only the server knows whether it committed, and the version row tells";
    }
    details.next = "once the server is back: migrate version; forcing a version twice does no harm";
    throw Error(std::move(details));
}

}  // namespace

Report run_to(const RunContext& context, const Target& target) {
    Report report;
    const bool stopped_before = context.stop.finish.stop_requested();
    const spi::Look first = first_look(context);
    report.state = history::state_of(first);
    if (has_nothing_to_do(context, report.state, target)) {
        warn_of_skipped(context, report.state, load_skipped(context, first, report.state));
        return report;
    }
    if (!may_begin(context, first, stopped_before, report))
        return report;
    const lock::SessionLock lock = take_lock(context, first, context.stop.finish);
    const spi::Look look = look_at(context);
    history::Store store = make_store(context, look);
    context.connection.prepare(combine(context.limits, context.settings.limits), waiting(context));
    const std::string session = context.connection.session_name(waiting(context));
    const std::optional<Resumed> resumed = recover(context, store, session, command_for(target));
    report.state = store.state();
    const VersionState planned_from = resumed ? VersionState{resumed->entry.leads_to, false} : store.state();
    const Target rest = resumed ? after_step(target, resumed->step.plan.direction) : target;
    const Plan plan = make_plan(context.catalog, planned_from, rest, context.source.describe());
    warn_of_skipped(context, planned_from, find_skipped_by(context, look, planned_from, store.applied()));
    warn_of_missing_halves(context, plan, with_adoptions(context, look, store.state(), store.applied()));
    Work work{{}, std::nullopt, target};
    if (resumed) {
        work.steps.push_back(resumed->step);
        work.resumed = resumed->entry;
    }
    for (const PlannedStep& step : plan.steps) {
        work.steps.push_back(check_step(context, step));
    }
    run_steps(context, store, session, work, report);
    conclude(report, store.state(), plan.short_by);
    return report;
}

Plan preview(const RunContext& context, const Target& target) {
    const VersionState state = history::state_of(first_look(context));
    Plan plan = make_plan(context.catalog, state, target, context.source.describe());
    plan.from = state;
    for (PlannedStep& step : plan.steps) {
        const CheckedStep checked = check_step(context, step);
        step.checksum = checked.facts.checksum;
        step.mode = planned_mode(checked);
        step.statements = checked.facts.statements;
    }
    return plan;
}

Report run_plan(const RunContext& context, const Plan& plan) {
    Report report;
    const bool stopped_before = context.stop.finish.stop_requested();
    const spi::Look first = first_look(context);
    report.state = history::state_of(first);
    if (plan.steps.empty()) {
        check_state(report.state, plan);
        conclude(report, report.state, plan.short_by);
        return report;
    }
    if (!may_begin(context, first, stopped_before, report)) {
        report.left = plan.steps.size();
        return report;
    }
    const lock::SessionLock lock = take_lock(context, first, context.stop.finish);
    const spi::Look look = look_at(context);
    history::Store store = make_store(context, look);
    check_state(store.state(), plan);
    const Work work{check_steps(context, plan), std::nullopt, target_of(plan)};
    warn_of_skipped(context, plan.from, find_skipped_by(context, look, plan.from, store.applied()));
    warn_of_missing_halves(context, plan, with_adoptions(context, look, plan.from, store.applied()));
    context.connection.prepare(combine(context.limits, context.settings.limits), waiting(context));
    const std::string session = context.connection.session_name(waiting(context));
    run_steps(context, store, session, work, report);
    conclude(report, store.state(), plan.short_by);
    return report;
}

void force_to(const RunContext& context, const std::optional<Version>& version) {
    if (version && version->number < 0) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("version {} is below 0; no migration applied is an empty optional", version->number));
    }
    const spi::Look first = first_look(context);
    refuse_unable(first);
    // Here and in drop_all() a stop that was requested before the wait lets the work go on, as in
    // golang-migrate.
    const lock::SessionLock lock = take_lock(context, first, stop_of_waiting(context));
    const spi::Look look = look_at(context);
    history::Store store = make_store(context, look);
    store.make_tables(waiting(context));
    const std::string session = context.connection.session_name(waiting(context));
    const LostCommit commit{context.start.tables, session, store.state(), {version, false}};
    history::Transaction transaction(context.connection, waiting(context));
    store.force(version, history::EventKind::forced, waiting(context));
    try {
        transaction.commit(waiting(context));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::outcome_unknown)
            throw;
        resolve_force(context, commit, error.details());
    }
}

void drop_all(const RunContext& context) {
    const spi::Look first = first_look(context);
    refuse_unable(first);
    const lock::SessionLock lock = take_lock(context, first, stop_of_waiting(context));
    context.connection.drop(context.start.tables, {context.stop.roll_back, std::nullopt});
}

spi::DropPlan plan_drop(const RunContext& context) {
    look_at(context);
    return context.connection.plan_drop(context.start.tables, waiting(context));
}

}  // namespace aether::migrate::run
