// SPDX-License-Identifier: MIT
// Runs one migration in one direction, so that version row, history and schema agree at every moment.
#include "step.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "../base/utf8.hpp"
#include "../history/transaction.hpp"
#include "body.hpp"

namespace aether::migrate::run {

namespace {

using history::Transaction;

constexpr std::size_t kKeptDownBytes = 1u << 20;
// Longer, because without this write a migration that ran counts as dirty.
constexpr std::chrono::seconds kFinalWriteLimit{300};

class Step {
public:
    Step(const StepContext& context, const CheckedStep& step) : context_(context), step_(step) {
        report_.version = step.plan.version;
        report_.direction = step.plan.direction;
        report_.leads_to = step.plan.leads_to;
        report_.title = step.plan.title;
        report_.file = step.plan.file;
        report_.read = step.read;
    }

    StepReport run() {
        start_ = context_.clock.now();
        started_at_ = std::chrono::system_clock::now();
        report_.mode = planned_mode();
        context_.observer.step_started(report_);
        read_down_sql();
        switch (report_.mode) {
            case StepMode::version_only:
                write_in_transaction(target(false), event(), rolling_back());
                break;
            case StepMode::transaction:
                if (!run_in_transaction())
                    run_bare();
                break;
            case StepMode::bare:
                run_bare();
                break;
        }
        report_.ran = context_.clock.now() - start_;
        context_.observer.step_finished(report_);
        return report_;
    }

private:
    StepMode planned_mode() const {
        if (step_.plan.file.empty())
            return StepMode::version_only;
        if (context_.connection.dialect().transactional_ddl == spi::TransactionalDdl::none)
            return StepMode::bare;
        const ScriptMode mode = step_.facts.mode;
        const bool inside = mode == ScriptMode::transaction || mode == ScriptMode::own_transaction;
        return inside ? StepMode::transaction : StepMode::bare;
    }

    VersionState target(bool dirty) const { return {step_.plan.leads_to, dirty}; }

    void write_in_transaction(const VersionState& to, const std::optional<history::Event>& event,
                              const spi::Wait& wait) {
        Transaction transaction(context_.connection, "BEGIN", {}, wait);
        context_.store.write(to, event, wait);
        transaction.commit();
        context_.store.committed();
    }

    // Returns false when the one statement of the file has to run outside of a transaction instead.
    bool run_in_transaction() {
        // Nothing of ours comes between BEGIN and the file: SET TRANSACTION must be the first to run.
        Transaction transaction(context_.connection, step_.facts.begin, {}, rolling_back());
        try {
            BodyResult body = run_file(context_.stop.roll_back);
            if (body.failure) {
                transaction.roll_back();
                if (commits_by_itself(*body.failure))
                    return false;
                fail(std::move(*body.failure));
            }
            report_.statements = body.statements;
            if (context_.connection.transaction_state() != spi::TransactionState::open) {
                throw Error(ErrorCode::bookkeeping_failed,
                            "the file ended the transaction that it was run in");
            }
            context_.store.write(target(false), event(), rolling_back());
        } catch (const Error& error) {
            if (error.code() == ErrorCode::migration_failed || error.code() == ErrorCode::cancelled)
                throw;
            transaction.roll_back();
            fail(error.details());
        }
        commit(transaction);
        return true;
    }

    void commit(Transaction& transaction) {
        try {
            transaction.commit();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::bookkeeping_failed)
                throw;
            // What COMMIT refuses is the file's doing: a deferred constraint, a serialization failure.
            transaction.roll_back();
            ErrorDetails details = error.details();
            details.code = ErrorCode::migration_failed;
            details.message = fmt::format("migration failed: {} at COMMIT", error.what());
            fail(std::move(details));
        }
        context_.store.committed();
    }

    void run_bare() {
        report_.mode = StepMode::bare;
        const VersionState before = context_.store.state();
        write_in_transaction(target(true), std::nullopt, rolling_back());
        try {
            BodyResult body = run_file(context_.stop.abort);
            if (body.failure)
                throw Error(std::move(*body.failure));
            report_.statements = body.statements;
            refuse_open_transaction();
        } catch (const Error& error) {
            close_open_transaction();
            fail_dirty(error.details(), before, "statements before the failure stay");
        }
        try {
            const spi::Wait wait{context_.stop.abort, context_.clock.now() + kFinalWriteLimit};
            context_.store.keep_lock(wait);
            write_in_transaction(target(false), event(), wait);
        } catch (const Error& error) {
            fail_dirty(error.details(), before, "the file ran to its end, but that could not be recorded");
        }
    }

    void refuse_open_transaction() const {
        if (context_.connection.transaction_state() == spi::TransactionState::idle)
            return;
        throw Error(ErrorCode::migration_failed,
                    "migration failed: the file left a transaction open; it was rolled back");
    }

    // What is left open would hold the migration lock in an aborted block.
    void close_open_transaction() noexcept {
        if (context_.connection.transaction_state() == spi::TransactionState::idle)
            return;
        try {
            context_.connection.query({"ROLLBACK", {}}, {});
        } catch (...) {
            // The error that is under way says more; a lost session has rolled back.
        }
    }

    BodyResult run_file(const std::stop_token& stop) {
        return run_body(context_.connection, context_.source, step_.plan.file, step_.facts,
                        context_.settings.limits.statement_timeout.value_or(std::chrono::milliseconds(0)),
                        stop);
    }

    bool commits_by_itself(const ErrorDetails& failure) const {
        const auto states = context_.connection.dialect().needs_no_transaction;
        const bool says_so = std::find(states.begin(), states.end(), failure.sqlstate) != states.end();
        return says_so && step_.facts.statements == 1;
    }

    [[noreturn]] void fail(ErrorDetails details) const {
        const VersionState& state = context_.store.state();
        if (details.where.file.empty())
            details.where.file = context_.source.path_of(step_.plan.file);
        details.state = fmt::format("the database is at {}, clean: nothing of this file was applied",
                                    state.version ? "version " + to_string(state.version) : "no version");
        if (details.code == ErrorCode::migration_failed) {
            details.next = fmt::format("mend {}, then \"migrate {}\" again", step_.plan.file,
                                       name_of(step_.plan.direction));
        } else if (details.next.empty() || details.code == ErrorCode::connection_failed) {
            details.next =
                fmt::format("see to that, then \"migrate {}\" again", name_of(step_.plan.direction));
        }
        throw Error(std::move(details));
    }

    // golang-migrate's rule: force the version whose schema is really there.
    [[noreturn]] void fail_dirty(ErrorDetails details, const VersionState& before,
                                 std::string_view what) const {
        if (details.where.file.empty())
            details.where.file = context_.source.path_of(step_.plan.file);
        const std::string target = to_string(step_.plan.leads_to);
        details.state = fmt::format(
            "this file can't be in a transaction, so the database is marked dirty at version {}: {}", target,
            what);
        details.next = fmt::format(
            "look at what was applied; then \"migrate force {}\" if the file's work is complete, or "
            "\"migrate force "
            "{}\" once it is undone",
            target, to_string(before.version));
        throw Error(std::move(details));
    }

    history::Event event() const {
        history::Event event;
        event.version = step_.plan.version;
        event.direction = step_.plan.direction;
        event.kind = step_.plan.direction == Direction::up ? history::EventKind::applied
                                                           : history::EventKind::reverted;
        event.leads_to = step_.plan.leads_to;
        if (storable(step_.plan.title))
            event.name = step_.plan.title;
        if (!step_.plan.file.empty())
            event.checksum = step_.facts.checksum;
        event.down_sql = down_sql_;
        event.statements = report_.statements;
        event.started_at = started_at_;
        event.duration = std::chrono::duration_cast<std::chrono::microseconds>(context_.clock.now() - start_);
        return event;
    }

    // Before anything runs: a file that can't be kept must not stop a migration in the middle.
    void read_down_sql() {
        if (!context_.settings.history || step_.down_file.empty())
            return;
        try {
            std::string text = context_.source.read(step_.down_file, 0, kKeptDownBytes + 1);
            const bool odd = find_utf8_fault(text) || text.find('\0') != std::string::npos || !storable(text);
            if (text.size() <= kKeptDownBytes && !odd)
                down_sql_ = std::move(text);
        } catch (const Error& error) {
            context_.observer.warning(fmt::format("the history keeps no down SQL: {}", error.what()));
        }
    }

    // A database in another encoding than UTF-8 may lack any character beyond ASCII.
    bool storable(std::string_view text) const {
        return context_.unicode || std::all_of(text.begin(), text.end(), [](char byte) {
                   return static_cast<unsigned char>(byte) < 0x80;
               });
    }

    spi::Wait rolling_back() const {
        return {context_.stop.roll_back, context_.clock.now() + kBookkeepingLimit};
    }

    const StepContext& context_;
    const CheckedStep& step_;
    StepReport report_;
    std::optional<std::string> down_sql_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::system_clock::time_point started_at_;
};

}  // namespace

StepReport run_step(const StepContext& context, const CheckedStep& step) {
    return Step(context, step).run();
}

}  // namespace aether::migrate::run
