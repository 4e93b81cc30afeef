// SPDX-License-Identifier: MIT
// Runs a statement that no transaction guards, so that it is known what became of it.
#include "bare.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../sql/position.hpp"
#include "../sql/tokens.hpp"
#include "code_call.hpp"

namespace aether::migrate::run {

namespace {

// What can't be removed by then is left to the next run, which has more time.
constexpr std::chrono::seconds kUndoLimit{10};

class Bare {
public:
    Bare(const StepContext& context, const CheckedStep& step, Record& record, Progress& progress,
         const BareText& text)
        : context_(context), step_(step), record_(record), progress_(progress), text_(text) {}

    std::optional<SendFailure> run() {
        intend();
        try {
            std::optional<SendFailure> failure = send_until_stopped();
            if (!failure)
                failure = verify();
            if (!failure) {
                conclude();
                return std::nullopt;
            }
            undo(*failure);
            if (failure->details.code == ErrorCode::cancelled)
                progress_.fail(std::move(failure->details));
            return failure;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::connection_failed || !error.details().state.empty())
                throw;
            fail_lost(error.details());
        }
    }

private:
    void intend() {
        spi::Intent intent;
        std::size_t line = 0;  // a function has none
        if (step_.function == nullptr) {
            const std::vector<std::string_view> tokens =
                sql::tokens_of(text_.words, context_.connection.dialect().lexical);
            if (text_.statements == 1)
                intent = context_.connection.note_intent({text_.words, tokens}, record_.bookkeeping());
            line = sql::position_at(text_.piece.text, text_.statement.begin, text_.piece.start).line;
        }
        manner_ = intent.queues_others ? LockManner::queues_others : LockManner::gentle;
        history::JournalEntry entry = progress_.entry();
        entry.state = history::JournalState::intended;
        entry.next = {text_.statements, text_.done_checksum, line, std::string(text_.statement.what),
                      std::move(intent.note)};
        entry.error.clear();
        progress_.write(entry);
    }

    std::optional<SendFailure> send_until_stopped() {
        try {
            return send();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::cancelled)
                throw;
            return SendFailure{error.details(), error.what(), false, {}};
        }
    }

    std::optional<SendFailure> send() {
        const std::vector<spi::BoundStatement> limits =
            context_.connection.limit_locks(progress_.patience(manner_).lock_timeout(), spi::Scope::session);
        if (!limits.empty())
            context_.connection.batch(limits, record_.bookkeeping());
        std::optional<SendFailure> failure = send_text_or_function();
        if (!failure && context_.connection.transaction_state() != spi::TransactionState::idle) {
            failure.emplace();
            failure->details.code = ErrorCode::migration_failed;
            failure->details.message = "the file left a transaction open; it was rolled back";
        }
        close_open_transaction();
        return failure;
    }

    std::optional<SendFailure> send_text_or_function() {
        if (step_.function != nullptr)
            return call_function(context_, step_, record_, context_.stop.abort);
        Sender sender(context_.connection, context_.source.path_of(step_.plan.file),
                      record_.limits().statement_timeout, context_.stop.abort);
        return sender.send(text_.piece, text_.words, text_.statement.begin, index_of_statement());
    }

    std::size_t index_of_statement() const {
        std::size_t index = 0;
        while (index < text_.piece.statements.size() &&
               text_.piece.statements[index].begin < text_.statement.begin)
            ++index;
        return index;
    }

    void close_open_transaction() {
        const spi::TransactionState state = context_.connection.transaction_state();
        if (state == spi::TransactionState::open || state == spi::TransactionState::failed)
            context_.connection.query({"ROLLBACK", {}}, record_.finishing());
    }

    // The server's word is not enough: with IF NOT EXISTS it passes over an invalid index.
    std::optional<SendFailure> verify() {
        const history::JournalEntry& entry = progress_.entry();
        if (entry.next.note.empty())
            return std::nullopt;
        const spi::Finding finding =
            context_.connection.find_effect(entry.next.note, spi::Ending::completed, record_.finishing());
        if (finding.effect == spi::Effect::present)
            return std::nullopt;
        SendFailure failure;
        failure.details.code = ErrorCode::migration_failed;
        failure.details.message =
            fmt::format("migration failed: the server says that {} succeeded, but {}",
                        entry.next.what.empty() ? "the statement" : entry.next.what, finding.facts);
        failure.details.where = {context_.source.path_of(step_.plan.file), entry.next.line, 0};
        return failure;
    }

    void conclude() {
        // DISCARD ALL and the like give the migration lock away.
        context_.store.keep_lock(record_.finishing());
        history::JournalEntry done = progress_.entry();
        history::complete_next(done);
        if (done.statements_done < done.statements_total) {
            progress_.write(done);
        } else {
            progress_.note_done(done);
        }
    }

    // Makes it known what is there of a statement that failed while the session lives.
    void undo(SendFailure& failure) {
        context_.store.keep_lock(record_.finishing());
        history::JournalEntry entry = progress_.entry();
        entry.state = history::JournalState::refused;
        entry.error = failure.details.message;
        Settlement settlement{spi::Effect::absent, "the server ran nothing of it", "", {}};
        if (!failure.unread) {
            spi::Wait wait = record_.finishing();
            wait.deadline = std::min(*wait.deadline, context_.clock.now() + kUndoLimit);
            settlement =
                settle(context_.connection, entry, step_.facts.directives.idempotent,
                       context_.stop.abort.stop_requested() ? Touch::look_only : Touch::repair, wait);
        }
        switch (settlement.effect) {
            case spi::Effect::absent:
                break;
            case spi::Effect::present:
                history::complete_next(entry);
                progress_.write(entry);
                progress_.fail(std::move(failure.details));
            case spi::Effect::partial:
            case spi::Effect::running:
                progress_.write(entry);
                progress_.fail_unsettled(std::move(failure.details), settlement);
            case spi::Effect::unknown:
                progress_.write(entry);
                progress_.fail_unknown(std::move(failure.details), settlement);
        }
        if (progress_.only_settings_done()) {
            progress_.go_back();
        } else {
            history::forget_next(entry);
            progress_.write(entry);
        }
    }

    [[noreturn]] void fail_lost(ErrorDetails details) const {
        const history::JournalEntry& entry = progress_.entry();
        if (!context_.store.keeps_journal() ||
            (entry.next.note.empty() && !step_.facts.directives.idempotent)) {
            progress_.fail_unknown(std::move(details), {spi::Effect::unknown,
                                                        "the session was lost while it ran",
                                                        "what its statements change",
                                                        {}});
        }
        details.where = {context_.source.path_of(step_.plan.file), entry.next.line, 0};
        details.state = fmt::format(
            "{} was under way, which no transaction guards; the database is marked dirty at version {}",
            named(entry.next), to_string(step_.plan.leads_to));
        details.next = fmt::format("\"{}\" again: it looks what became of it, and goes on", context_.command);
        throw Error(std::move(details));
    }

    const StepContext& context_;
    const CheckedStep& step_;
    Record& record_;
    Progress& progress_;
    const BareText& text_;
    LockManner manner_ = LockManner::queues_others;
};

}  // namespace

std::optional<SendFailure> run_bare(const StepContext& context, const CheckedStep& step, Record& record,
                                    Progress& progress, const BareText& text) {
    return Bare(context, step, record, progress, text).run();
}

}  // namespace aether::migrate::run
