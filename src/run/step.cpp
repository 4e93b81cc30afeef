// SPDX-License-Identifier: MIT
// Runs one migration in one direction, so that version row, history and schema agree at every moment.
#include "step.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/transaction.hpp"
#include "body.hpp"
#include "code_call.hpp"
#include "patience.hpp"
#include "record.hpp"
#include "segments.hpp"

namespace aether::migrate::run {

namespace {

using history::Transaction;

// A step whose file is in one transaction, or that has no file.
class WholeStep {
public:
    WholeStep(const StepContext& context, const CheckedStep& step, Record& record)
        : context_(context), step_(step), record_(record) {}

    void move_version() {
        Transaction transaction(context_.connection, record_.bookkeeping());
        context_.store.write(record_.target(false), record_.event(), record_.bookkeeping());
        record_.commit(transaction, record_.target(false));
    }

    // Returns false when the one statement of the file has to run outside of a transaction instead.
    bool run() {
        Patience patience(context_, record_, LockManner::queues_others);
        while (true) {
            std::optional<SendFailure> failure = attempt(patience.lock_timeout());
            if (!failure)
                return true;
            if (commits_by_itself(context_.connection, failure->details) && step_.facts.statements == 1 &&
                step_.function == nullptr)
                return false;
            if (!patience.wait_for_next(*failure, context_.stop.finish))
                throw Error(record_.nothing_applied(std::move(failure->details)));
        }
    }

private:
    // Returns why nothing was applied; nothing when all was.
    std::optional<SendFailure> attempt(std::optional<std::chrono::milliseconds> lock_timeout) {
        // Nothing of ours that takes a snapshot comes between BEGIN and the file: SET TRANSACTION must be the
        // first to run.
        std::optional<Transaction> transaction;
        try {
            transaction.emplace(context_.connection, step_.facts.begin,
                                context_.connection.limit_locks(lock_timeout, spi::Scope::block),
                                record_.bookkeeping());
            if (std::optional<SendFailure> failure = run_text_or_function()) {
                transaction->roll_back();
                return failure;
            }
            if (context_.connection.transaction_state() != spi::TransactionState::open) {
                throw Error(ErrorCode::bookkeeping_failed,
                            "the file ended the transaction that it was run in");
            }
            context_.store.write(record_.target(false), record_.event(), record_.bookkeeping());
            record_.commit(*transaction, record_.target(false));
        } catch (const Error& error) {
            if (error.code() == ErrorCode::cancelled || error.code() == ErrorCode::outcome_unknown)
                throw;
            transaction.reset();
            if (record_.is_passing(error.details()))
                return SendFailure{error.details(), error.what(), true, {}};
            throw Error(record_.nothing_applied(error.details()));
        }
        return std::nullopt;
    }

    std::optional<SendFailure> run_text_or_function() {
        if (step_.function != nullptr) {
            std::optional<SendFailure> failure =
                call_function(context_, step_, record_, context_.stop.roll_back);
            if (failure && failure->details.code == ErrorCode::cancelled)
                throw Error(std::move(failure->details));
            return failure;
        }
        Sender sender(context_.connection, context_.source.path_of(step_.plan.file),
                      record_.limits().statement_timeout, context_.stop.roll_back);
        std::optional<SendFailure> failure =
            run_body(sender, context_.source, step_.plan.file, step_.facts, context_.connection.dialect());
        record_.report().statements = sender.completed();
        return failure;
    }

    const StepContext& context_;
    const CheckedStep& step_;
    Record& record_;
};

}  // namespace

StepMode planned_mode(const CheckedStep& step) {
    if (step.plan.file.empty())
        return StepMode::version_only;
    switch (step.facts.mode) {
        case ScriptMode::transaction:
        case ScriptMode::own_transaction:
            return StepMode::transaction;
        case ScriptMode::segments:
        case ScriptMode::whole:
            break;
    }
    return StepMode::bare;
}

bool commits_by_itself(const spi::Connection& connection, const ErrorDetails& failure) {
    const auto states = connection.dialect().needs_no_transaction;
    return std::find(states.begin(), states.end(), failure.sqlstate) != states.end();
}

StepReport run_step(const StepContext& context, const CheckedStep& step,
                    const std::optional<history::JournalEntry>& resumed) {
    Record record(context, step);
    WholeStep whole(context, step, record);
    record.report().mode = resumed ? StepMode::bare : planned_mode(step);
    context.observer.step_started(record.report());
    // A file's header may ask for other limits than the one before; the same ones cost nothing.
    context.connection.prepare(record.limits(), record.bookkeeping());
    switch (record.report().mode) {
        case StepMode::version_only:
            whole.move_version();
            return record.finish();
        case StepMode::transaction:
            if (whole.run())
                return record.finish();
            record.report().mode = StepMode::bare;
            break;
        case StepMode::bare:
            break;
    }
    run_segments(context, step, record, resumed);
    return record.finish();
}

}  // namespace aether::migrate::run
