// SPDX-License-Identifier: MIT
// How far a file in segments came: the journal's entry, and what is true and to be done when it ends early.
#include "progress.hpp"

#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::run {

using history::Transaction;

std::string named(const history::NextSegment& segment) {
    return segment.line == 0 ? "the C++ function" : fmt::format("the statement in line {}", segment.line);
}

std::string answer_commands(std::string_view command) {
    return fmt::format(
        "\"migrate repair -applied\" if it is complete, or \"migrate repair -not-applied\" if "
        "nothing of it is there; then \"{}\" goes on",
        command);
}

Progress::Progress(const StepContext& context, const CheckedStep& step, Record& record,
                   const std::optional<history::JournalEntry>& resumed)
    : context_(context), step_(step), record_(record) {
    if (resumed) {
        entry_ = *resumed;
        begun_ = true;
        replays_ = true;
    } else {
        entry_.version = step.plan.version;
        entry_.direction = step.plan.direction;
        entry_.from = context.store.state().version;
        entry_.leads_to = step.plan.leads_to;
    }
    entry_.file = step.plan.file;
    entry_.session = context.session;
    entry_.statements_total = step.facts.statements;
}

Patience& Progress::patience(LockManner manner) {
    if (!patience_)
        patience_.emplace(context_, record_, manner);
    return *patience_;
}

bool Progress::wait_for_next(SendFailure& failure) {
    replays_ = false;
    const std::stop_token& stop = begun_ ? context_.stop.roll_back : context_.stop.finish;
    try {
        return patience(LockManner::queues_others).wait_for_next(failure, stop);
    } catch (const Error& error) {
        if (!begun_)
            throw;
        throw Error(partly_applied(error.details()));
    }
}

void Progress::commit(Transaction& transaction) {
    try {
        transaction.commit(record_.committing());
    } catch (const Error& error) {
        if (error.code() == ErrorCode::bookkeeping_failed)
            throw Record::refused_commit(transaction, error);
        if (error.code() != ErrorCode::outcome_unknown)
            throw;
        ErrorDetails details = error.details();
        details.state = "the journal in the database tells how far this file came";
        details.next = fmt::format("\"{}\" again: it goes on where this one ended", context_.command);
        throw Error(std::move(details));
    }
    context_.store.committed();
}

void Progress::advance(Transaction& transaction, const history::JournalEntry& done) {
    context_.store.write_journal(done, record_.bookkeeping());
    commit(transaction);
    entry_ = done;
    begun_ = true;
    patience_.reset();
}

void Progress::finish(Transaction& transaction, const history::JournalEntry& done) {
    if (step_.function == nullptr)  // which counted its own
        record_.report().statements = done.statements_done;
    const spi::Wait wait = record_.finishing();
    try {
        context_.store.write(record_.target(false), record_.event(), wait);
        record_.commit(transaction, record_.target(false));
    } catch (const Error& error) {
        if (!begun_ || record_.is_passing(error.details()) || error.code() == ErrorCode::outcome_unknown)
            throw;
        throw Error(error.code() == ErrorCode::migration_failed ? partly_applied(error.details())
                                                                : unrecorded(error.details()));
    }
}

void Progress::write(const history::JournalEntry& entry) {
    const spi::Wait wait = record_.finishing();
    try {
        Transaction transaction(context_.connection, wait);
        context_.store.write_journal(entry, wait);
        commit(transaction);
    } catch (const Error& error) {
        if (!begun_ || error.code() == ErrorCode::outcome_unknown)
            throw;
        throw Error(unrecorded(error.details()));
    }
    if (entry.statements_done != entry_.statements_done)
        patience_.reset();
    entry_ = entry;
    begun_ = true;
}

void Progress::note_done(const history::JournalEntry& done) {
    entry_ = done;
    patience_.reset();
}

void Progress::note_setting(const history::JournalEntry& done) {
    if (!begun_)
        ++leading_settings_;
    note_done(done);
}

void Progress::go_back() {
    const spi::Wait wait = record_.finishing();
    Transaction transaction(context_.connection, wait);
    context_.store.write({entry_.from, false}, context_.store.went_back_to(entry_.from), wait);
    commit(transaction);
    history::forget_next(entry_);
    begun_ = false;
}

void Progress::stop_at_boundary(const StopTokens& stop) const {
    if (!stop.roll_back.stop_requested())
        return;
    ErrorDetails details;
    details.code = ErrorCode::cancelled;
    details.message = "stopped between two statements";
    throw Error(begun_ ? partly_applied(std::move(details)) : record_.nothing_applied(std::move(details)));
}

std::string Progress::marked() const {
    return fmt::format("the database is marked dirty at version {}", to_string(step_.plan.leads_to));
}

// golang-migrate's rule: force the version whose schema is really there.
std::string Progress::force_commands() const {
    return fmt::format(
        "look at what was applied; then \"migrate force {}\" if the file's work is complete, or "
        "\"migrate force {}\" once it is undone",
        to_string(step_.plan.leads_to), to_string(entry_.from));
}

ErrorDetails Progress::partly_applied(ErrorDetails details) const {
    record_.add_file(details);
    const std::size_t done = entry_.statements_done;
    if (step_.facts.directives.code) {
        details.state =
            fmt::format("the C++ function did its work, which could not be recorded; {}", marked());
    } else if (done == entry_.statements_total) {
        details.state = fmt::format(
            "{} applied, which could not be recorded; {}",
            done == 1 ? "this file's statement is" : fmt::format("all {} statements of this file are", done),
            marked());
    } else {
        details.state = fmt::format("{} of the {} statements of this file {} applied, the others are not; {}",
                                    done == 1 ? "the first" : fmt::format("the first {}", done),
                                    entry_.statements_total, done == 1 ? "is" : "are", marked());
    }
    if (!context_.store.keeps_journal()) {
        details.state += "; no journal is kept (x-history=false)";
        details.next = force_commands();
    } else if (details.code == ErrorCode::migration_failed && !record_.is_passing(details)) {
        const std::string from =
            details.where.line > 0 ? fmt::format(" from line {} on", details.where.line) : "";
        details.next = fmt::format("mend {}{}, then \"{}\" again: it goes on there", step_.plan.file, from,
                                   context_.command);
    } else {
        details.next = fmt::format("\"{}\" again: it goes on there", context_.command);
    }
    return details;
}

ErrorDetails Progress::unrecorded(ErrorDetails details) const {
    record_.add_file(details);
    details.state = fmt::format("{}: how far this file came could not be recorded", marked());
    details.next = context_.store.keeps_journal()
                       ? fmt::format("see to that, then \"{}\" again: it looks what is applied, and goes on",
                                     context_.command)
                       : force_commands();
    return details;
}

void Progress::fail(ErrorDetails details) const {
    throw Error(begun_ ? partly_applied(std::move(details)) : record_.nothing_applied(std::move(details)));
}

void Progress::fail_unsettled(ErrorDetails details, const Settlement& settlement) const {
    if (!context_.store.keeps_journal())
        fail_unknown(std::move(details), settlement);
    record_.add_file(details);
    details.state =
        fmt::format("{}; of {} remains are there: {}", marked(), named(entry_.next), settlement.facts);
    details.next = fmt::format("\"{}\" again: it removes them, and goes on", context_.command);
    throw Error(std::move(details));
}

void Progress::fail_unknown(ErrorDetails details, const Settlement& settlement) const {
    record_.add_file(details);
    if (entry_.next.statements > 1) {
        details.state =
            fmt::format("{}: which of the {} statements of this file are applied can't be told ({})",
                        marked(), entry_.next.statements, settlement.facts);
    } else if (entry_.next.line == 0) {
        details.state = fmt::format("{}: what of {} is applied can't be told ({})", marked(),
                                    named(entry_.next), settlement.facts);
    } else {
        details.state = fmt::format("{}: whether {} is applied can't be told ({}); {} before it {} done",
                                    marked(), named(entry_.next), settlement.facts, entry_.statements_done,
                                    entry_.statements_done == 1 ? "is" : "are");
    }
    details.next = context_.store.keeps_journal() ? fmt::format("look at {}; then {}", settlement.look_at,
                                                                answer_commands(context_.command))
                                                  : force_commands();
    throw Error(std::move(details));
}

void Progress::refuse_changed_head(const std::string& path) const {
    ErrorDetails details;
    details.code = ErrorCode::migration_refused;
    details.message = fmt::format("migration refused: a statement of {} that is applied already was changed",
                                  step_.plan.file);
    details.where.file = path;
    details.state =
        fmt::format("its first {} statements were applied before it was cut off; {}; nothing was changed now",
                    entry_.statements_done, marked());
    details.next =
        fmt::format("put them back as they were and \"{}\" again, or {}", context_.command, force_commands());
    throw Error(std::move(details));
}

}  // namespace aether::migrate::run
