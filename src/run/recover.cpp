// SPDX-License-Identifier: MIT
// Looks what became of a migration that was cut off, before anything else is done.
#include "recover.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/transaction.hpp"
#include "check.hpp"
#include "progress.hpp"
#include "retry.hpp"

namespace aether::migrate::run {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kPause{250};
constexpr seconds kShortestRepair{10};

// The first line is golang-migrate's.
[[noreturn]] void refuse(const history::JournalEntry& entry, std::string state, std::string next) {
    ErrorDetails details;
    details.code = ErrorCode::dirty;
    details.message =
        fmt::format("Dirty database version {}. Fix and force version.", to_string(entry.leads_to));
    details.state = std::move(state);
    details.next = std::move(next);
    throw Error(std::move(details));
}

}  // namespace

std::string describe(const history::JournalEntry& entry) {
    std::string text = fmt::format("{} of the {} statements of {} are applied", entry.statements_done,
                                   entry.statements_total, entry.file);
    if (entry.state == history::JournalState::between)
        return text;
    if (entry.next.line == 0) {
        text = fmt::format("{} of {}", named(entry.next), entry.file);
    } else {
        text += fmt::format("; the one in line {}", entry.next.line);
        if (!entry.next.what.empty())
            text += fmt::format(" ({})", entry.next.what);
    }
    text += entry.state == history::JournalState::intended ? " was under way" : " failed: " + entry.error;
    return text;
}

void await_end_of(const RunContext& context, const history::JournalEntry& entry, const std::string& session) {
    if (entry.session.empty() || entry.session == session)
        return;
    const auto start = context.clock.now();
    const seconds limit = lock::patience_of(context.lock_timeout);
    bool told = false;
    while (true) {
        const spi::SessionState state = context.connection.probe(entry.session, waiting(context));
        if (state == spi::SessionState::gone)
            return;
        if (state == spi::SessionState::unknown) {
            refuse(entry,
                   fmt::format("{}; whether the session that ran it ({}) is gone can't be seen by this role",
                               describe(entry), entry.session),
                   "run the same command with a role that sees it, or once it is gone");
        }
        if (context.clock.now() - start >= limit) {
            ErrorDetails details;
            details.code = ErrorCode::lock_timeout;
            details.message = "timeout: the session of a migration that was cut off is still at work";
            details.state =
                fmt::format("{}; its session is {}; nothing was changed", describe(entry), entry.session);
            details.next = "wait for it, or end it, and run the command again";
            throw Error(std::move(details));
        }
        if (!std::exchange(told, true))
            context.observer.warning(
                fmt::format("waiting for the end of session {}: {}", entry.session, describe(entry)));
        context.clock.sleep(kPause, context.stop.finish);
        if (context.stop.finish.stop_requested())
            throw Error(ErrorCode::cancelled, "stopped while waiting for a session that was cut off");
    }
}

std::optional<CheckedStep> step_of(const RunContext& context, const history::JournalEntry& entry) {
    const CatalogEntry* found = context.catalog.find(entry.version);
    if (found == nullptr || !found->half(entry.direction))
        return std::nullopt;
    PlannedStep step;
    step.version = entry.version;
    step.direction = entry.direction;
    step.leads_to = entry.leads_to;
    step.title = found->half(entry.direction)->title;
    step.file = found->half(entry.direction)->file;
    return read_step(context, step);
}

spi::Wait repairing(const RunContext& context) {
    const Limits limits = combine(context.limits, context.settings.limits);
    const milliseconds patience = limits.retry_for.value_or(kRetryFor);
    return {context.stop.roll_back, context.clock.now() + std::max<milliseconds>(patience, kShortestRepair)};
}

void decide(history::JournalEntry& entry, spi::Effect effect) {
    if (effect == spi::Effect::present) {
        history::complete_next(entry);
    } else {
        history::forget_next(entry);
    }
}

void write_settled(const RunContext& context, history::Store& store, const history::JournalEntry& entry) {
    history::Transaction transaction(context.connection, waiting(context));
    if (entry.statements_done == 0) {
        store.write({entry.from, false}, store.went_back_to(entry.from), waiting(context));
    } else {
        store.write_journal(entry, waiting(context));
    }
    transaction.commit(waiting(context));
    store.committed();
}

std::optional<Resumed> recover(const RunContext& context, history::Store& store, const std::string& session,
                               const std::string& command) {
    if (!store.journal() || !store.state().dirty)
        return std::nullopt;
    history::JournalEntry entry = *store.journal();
    const std::string cut_off = fmt::format("a migration was cut off: {}", describe(entry));
    await_end_of(context, entry, session);
    std::optional<CheckedStep> step = step_of(context, entry);
    if (entry.state != history::JournalState::between) {
        const bool repeatable = step && step->facts.directives.idempotent;
        const Settlement settlement =
            settle(context.connection, entry, repeatable, Touch::repair, repairing(context));
        if (settlement.effect != spi::Effect::absent && settlement.effect != spi::Effect::present) {
            refuse(entry, fmt::format("{}; {}", describe(entry), settlement.facts),
                   settlement.effect != spi::Effect::unknown
                       ? "see to that, and run the command again"
                       : fmt::format("look at {}; then {}", settlement.look_at, answer_commands(command)));
        }
        context.observer.warning(fmt::format("{}; {}", cut_off, settlement.facts));
        decide(entry, settlement.effect);
    } else {
        context.observer.warning(cut_off);
    }
    entry.session = session;
    write_settled(context, store, entry);
    if (entry.statements_done == 0)
        return std::nullopt;
    if (!step) {
        refuse(entry, fmt::format("{}; that file is gone", describe(entry)),
               fmt::format("put it back; or look at what was applied and \"migrate force {}\"",
                           to_string(entry.leads_to)));
    }
    return Resumed{std::move(*step), std::move(entry)};
}

}  // namespace aether::migrate::run
