// SPDX-License-Identifier: MIT
// Runs a file that can't be in one transaction: segment after segment, with a journal of what is done.
#include "segments.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../history/journal.hpp"
#include "../history/transaction.hpp"
#include "../plan/segment.hpp"
#include "../sql/position.hpp"
#include "bare.hpp"
#include "body.hpp"
#include "opaque.hpp"
#include "patience.hpp"
#include "progress.hpp"
#include "script.hpp"

namespace aether::migrate::run {

namespace {

using history::Transaction;
using spi::StatementKind;

bool sets_session(StatementKind kind) {
    return kind == StatementKind::session_setting || kind == StatementKind::session_setting_alone;
}

// A transaction segment that is open.
struct OpenSegment {
    OpenSegment(const StepContext& context, Record& record, std::string_view begin,
                std::optional<std::chrono::milliseconds> lock_timeout, std::string done)
        : transaction(context.connection, begin,
                      context.connection.limit_locks(lock_timeout, spi::Scope::block), record.bookkeeping()),
          checksum(std::move(done)) {}

    Transaction transaction;
    std::size_t statements = 0;
    std::string checksum;
};

// One way through the file from what is done, until its end or a failure.
class Pass {
public:
    Pass(const StepContext& context, const CheckedStep& step, Record& record, Progress& progress)
        : context_(context),
          step_(step),
          record_(record),
          progress_(progress),
          first_(progress.entry().statements_done),
          segmenter_(step.facts.cut, context.connection.dialect().transactional_ddl),
          reader_(context.source, step.plan.file, context.connection.dialect()),
          sender_(context.connection, context.source.path_of(step.plan.file),
                  record.limits().statement_timeout, context.stop.roll_back) {}

    // Returns why the segment after the done ones failed; its effect is undone then. Nothing: the step is
    // done.
    std::optional<SendFailure> run(bool first_is_bare) {
        first_is_bare_ = first_is_bare;
        Piece piece;
        while (reader_.next(piece)) {
            if (std::optional<SendFailure> failure = take(piece))
                return failure;
        }
        check_file();
        return finish();
    }

    // Whether the failed segment is one statement in a transaction of ours.
    bool failed_alone() const { return failed_alone_; }

private:
    void check_file() {
        if (!std::exchange(checked_, true) && reader_.checksum() != step_.facts.checksum)
            refuse_changed_file(context_.source.path_of(step_.plan.file));
    }

    std::optional<SendFailure> take(const Piece& piece) {
        std::vector<SegmentPart> parts;
        parts.reserve(piece.statements.size());
        for (const sql::Statement& statement : piece.statements) {
            parts.push_back(segmenter_.take(statement.kind));
        }
        for (std::size_t index = 0; index < parts.size();) {
            if (seen_ < first_) {
                pass_over(piece, piece.statements[index++]);
                continue;
            }
            const bool bare = parts[index].mode == SegmentMode::bare || (first_is_bare_ && seen_ == first_);
            if (parts[index].begins || seen_ == first_) {
                if (std::optional<SendFailure> failure = close_segment(ends_early()))
                    return failure;
                if (!finished_)
                    progress_.stop_at_boundary(context_.stop);
                if (!bare)
                    open_segment(parts[index].mode, words_of(piece, piece.statements[index]));
            }
            const std::size_t end = bare ? index + 1 : end_of_group(parts, index);
            std::optional<SendFailure> failure = !bare ? send_group(piece, index, end)
                                                 : sets_alone(piece.statements[index])
                                                     ? run_setting(piece, index)
                                                     : run_bare_at(piece, index);
            if (failure)
                return failure;
            seen_ += end - index;
            index = end;
        }
        return std::nullopt;
    }

    // The session of those who applied these is gone; what they set for the rest of the file is set again.
    void pass_over(const Piece& piece, const sql::Statement& statement) {
        const std::string_view words = words_of(piece, statement);
        passed_ = history::chain(passed_, words);
        ++seen_;
        if (seen_ == first_ && passed_ != progress_.entry().done_checksum)
            progress_.refuse_changed_head(context_.source.path_of(step_.plan.file));
        if (progress_.replays() && sets_session(statement.kind)) {
            if (std::optional<SendFailure> failure = sender_.send(piece, words, statement.begin, 0))
                throw Error(progress_.partly_applied(std::move(failure->details)));
        }
    }

    static std::size_t end_of_group(const std::vector<SegmentPart>& parts, std::size_t index) {
        std::size_t end = index + 1;
        while (end < parts.size() && !parts[end].begins)
            ++end;
        return end;
    }

    static std::string_view words_of(const Piece& piece, const sql::Statement& statement) {
        return piece.text.substr(statement.begin, statement.end - statement.begin);
    }

    void open_segment(SegmentMode mode, std::string_view words) {
        const std::string_view begin =
            mode == SegmentMode::own_transaction ? words : context_.connection.dialect().begin;
        sender_.restart_limit();
        open_.emplace(context_, record_, begin, progress_.patience(LockManner::queues_others).lock_timeout(),
                      progress_.entry().done_checksum);
    }

    // The file's own BEGIN was sent when the segment was opened, and its COMMIT is ours to send.
    std::optional<SendFailure> send_group(const Piece& piece, std::size_t index, std::size_t end) {
        std::size_t from = index;
        std::size_t to = end;
        if (piece.statements[from].kind == StatementKind::begins_transaction)
            ++from;
        if (to > from && piece.statements[to - 1].kind == StatementKind::ends_transaction)
            --to;
        if (from < to) {
            const std::size_t begin = piece.statements[from].begin;
            const std::string_view text = piece.text.substr(begin, piece.statements[to - 1].end - begin);
            if (std::optional<SendFailure> failure = sender_.send(piece, text, begin, from)) {
                if (was_committed() && !failure->passing)
                    fail_committed(piece, index, std::move(failure->details));
                failed_alone_ = open_->statements == 0 && end - index == 1;
                open_.reset();
                return failure;
            }
        }
        for (std::size_t at = index; at < end; ++at) {
            open_->checksum = history::chain(open_->checksum, words_of(piece, piece.statements[at]));
            ++open_->statements;
        }
        return std::nullopt;
    }

    // Whether a statement of the open segment committed it, which its dialect's table did not foresee.
    bool was_committed() const {
        return context_.connection.dialect().transactional_ddl == spi::TransactionalDdl::none &&
               context_.connection.transaction_state() == spi::TransactionState::idle;
    }

    [[noreturn]] void fail_committed(const Piece& piece, std::size_t index, ErrorDetails details) {
        const sql::Statement& statement = piece.statements[index];
        history::JournalEntry entry = progress_.entry();
        entry.state = history::JournalState::refused;
        entry.error = details.message;
        entry.next = {1, history::chain(open_->checksum, words_of(piece, statement)),
                      sql::position_at(piece.text, statement.begin, piece.start).line, "", ""};
        open_.reset();
        progress_.write(entry);
        progress_.fail_unknown(std::move(details),
                               {spi::Effect::unknown,
                                "a statement committed the transaction that it was run in",
                                "what the file's statements change from there on",
                                {}});
    }

    // The server said of every statement that it succeeded, so all are applied, only not as one.
    void record_committed(const history::JournalEntry& done, bool last) {
        context_.observer.warning(fmt::format(
            "{}: a statement committed the transaction that it was run in; all of its statements are applied",
            context_.source.path_of(step_.plan.file)));
        open_.reset();
        Transaction transaction(context_.connection, record_.finishing());
        if (last) {
            progress_.finish(transaction, done);
            finished_ = true;
        } else {
            progress_.advance(transaction, done);
        }
    }

    static bool sets_alone(const sql::Statement& statement) {
        return statement.kind == StatementKind::session_setting_alone;
    }

    // What follows only sets the session: the open segment can end the step, so that it is one commit.
    bool ends_early() {
        if (!open_ || seen_ < step_.facts.lasting || !reader_.at_end())
            return false;
        check_file();
        return true;
    }

    // It ends with the session, so there is nothing to recover, and the journal need not know of it before
    // the next write.
    std::optional<SendFailure> run_setting(const Piece& piece, std::size_t index) {
        const sql::Statement& statement = piece.statements[index];
        const std::string_view words = words_of(piece, statement);
        sender_.restart_limit();
        if (finished_) {
            run_trailing(piece, words, index);
            return std::nullopt;
        }
        if (std::optional<SendFailure> failure = sender_.send(piece, words, statement.begin, index))
            return failure;
        history::JournalEntry done = progress_.entry();
        ++done.statements_done;
        done.done_checksum = history::chain(done.done_checksum, words);
        progress_.note_setting(done);
        return std::nullopt;
    }

    // The step is durable, so whatever happens here is no failure of it.
    void run_trailing(const Piece& piece, std::string_view words, std::size_t index) {
        std::string problem;
        try {
            if (const auto failure = sender_.send(piece, words, piece.statements[index].begin, index))
                problem = failure->details.message;
        } catch (const Error& error) {
            problem = error.what();
        }
        if (!problem.empty())
            context_.observer.warning(fmt::format("the migration is applied, but: {}", problem));
    }

    std::optional<SendFailure> run_bare_at(const Piece& piece, std::size_t index) {
        const sql::Statement& statement = piece.statements[index];
        const std::string_view words = words_of(piece, statement);
        const BareText text{piece, statement, words, history::chain(progress_.entry().done_checksum, words),
                            1};
        return run_bare(context_, step_, record_, progress_, text);
    }

    // Commits the open segment together with the journal's word that it is done, or with the step's end.
    std::optional<SendFailure> close_segment(bool last) {
        if (!open_)
            return std::nullopt;
        history::JournalEntry done = progress_.entry();
        done.statements_done = last ? done.statements_total : done.statements_done + open_->statements;
        done.done_checksum = open_->checksum;
        done.error.clear();
        history::forget_next(done);
        if (was_committed()) {
            record_committed(done, last);
            return std::nullopt;
        }
        try {
            if (context_.connection.transaction_state() != spi::TransactionState::open) {
                throw Error(ErrorCode::bookkeeping_failed,
                            "the file ended the transaction that it was run in");
            }
            if (last) {
                progress_.finish(open_->transaction, done);
                finished_ = true;
            } else {
                progress_.advance(open_->transaction, done);
            }
        } catch (const Error& error) {
            open_.reset();
            if (record_.is_passing(error.details()))
                return SendFailure{error.details(), error.what(), true, {}};
            const bool known =
                error.code() == ErrorCode::migration_failed || error.code() == ErrorCode::bookkeeping_failed;
            if (known && error.details().state.empty())
                progress_.fail(error.details());
            throw;
        }
        open_.reset();
        return std::nullopt;
    }

    std::optional<SendFailure> finish() {
        if (open_)
            return close_segment(true);
        if (finished_)
            return std::nullopt;
        Transaction transaction(context_.connection, record_.finishing());
        progress_.finish(transaction, progress_.entry());
        return std::nullopt;
    }

    const StepContext& context_;
    const CheckedStep& step_;
    Record& record_;
    Progress& progress_;
    std::size_t first_;  // the first statement that is not done
    std::size_t seen_ = 0;
    std::string passed_;
    bool first_is_bare_ = false;
    bool failed_alone_ = false;
    bool checked_ = false;   // the file is the one that was looked through before the run
    bool finished_ = false;  // the step is durable
    Segmenter segmenter_;
    ScriptReader reader_;
    Sender sender_;
    std::optional<OpenSegment> open_;
};

}  // namespace

void run_segments(const StepContext& context, const CheckedStep& step, Record& record,
                  const std::optional<history::JournalEntry>& resumed) {
    Progress progress(context, step, record, resumed);
    // The one statement of a file that was found not to run in a transaction.
    bool first_is_bare = !resumed && step.facts.mode == ScriptMode::transaction;
    while (true) {
        Pass pass(context, step, record, progress);
        std::optional<SendFailure> failure;
        try {
            if (step.facts.mode != ScriptMode::whole) {
                failure = pass.run(first_is_bare);
            } else if (step.facts.directives.code) {
                failure = run_function(context, step, record, progress);
            } else {
                failure = run_whole(context, step, record, progress);
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::connection_failed || !error.details().state.empty())
                throw;
            progress.fail(error.details());
        }
        if (!failure)
            return;
        if (pass.failed_alone() && commits_by_itself(context.connection, failure->details)) {
            first_is_bare = true;
            continue;
        }
        first_is_bare = false;
        if (!progress.wait_for_next(*failure))
            progress.fail(std::move(failure->details));
    }
}

}  // namespace aether::migrate::run
