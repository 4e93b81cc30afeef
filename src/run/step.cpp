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
        switch (report_.mode) {
            case StepMode::version_only:
                move_version_only();
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
        const ScriptMode mode = step_.facts.mode;
        const bool inside = mode == ScriptMode::transaction || mode == ScriptMode::own_transaction;
        return inside ? StepMode::transaction : StepMode::bare;
    }

    VersionState target(bool dirty) const { return {step_.plan.leads_to, dirty}; }

    void move_version_only() {
        Transaction transaction(context_.connection, "BEGIN", context_.store.preparation(), rolling_back());
        context_.store.write(target(false), event(), rolling_back());
        transaction.commit();
        context_.store.committed();
    }

    // Returns false when the one statement of the file has to run outside of a transaction instead.
    bool run_in_transaction() {
        Transaction transaction(context_.connection, step_.facts.begin, opening(), rolling_back());
        BodyResult body = run_file(context_.stop.roll_back);
        if (body.failure) {
            transaction.roll_back();
            if (commits_by_itself(*body.failure))
                return false;
            fail(std::move(*body.failure), "nothing of this file was applied");
        }
        report_.statements = body.statements;
        if (context_.connection.transaction_state() != spi::TransactionState::open) {
            throw Error(ErrorCode::bookkeeping_failed,
                        fmt::format("{} ended the transaction that it was run in", step_.plan.file));
        }
        finish_transaction(transaction);
        return true;
    }

    void finish_transaction(Transaction& transaction) {
        std::vector<spi::BoundStatement> closing;
        for (const std::string_view statement : context_.connection.dialect().after_body) {
            closing.push_back({std::string(statement), {}});
        }
        context_.store.write(target(false), event(), rolling_back(), std::move(closing));
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
            details.where.file = context_.source.path_of(step_.plan.file);
            fail(std::move(details), "nothing of this file was applied");
        }
        context_.store.committed();
    }

    std::vector<spi::BoundStatement> opening() const {
        std::vector<spi::BoundStatement> statements = context_.store.preparation();
        for (const std::string_view statement : context_.connection.dialect().before_body) {
            statements.push_back({std::string(statement), {}});
        }
        return statements;
    }

    void run_bare() {
        report_.mode = StepMode::bare;
        const VersionState before = context_.store.state();
        mark_dirty();
        std::optional<BodyResult> body;
        try {
            body = run_file(context_.stop.abort);
        } catch (const Error& error) {
            ErrorDetails details = error.details();
            describe_dirty(details, before);
            throw Error(std::move(details));
        }
        if (body->failure) {
            describe_dirty(*body->failure, before);
            throw Error(std::move(*body->failure));
        }
        report_.statements = body->statements;
        refuse_open_transaction(before);
        Transaction transaction(context_.connection, "BEGIN", {}, {});
        context_.store.write(target(false), event(), {});
        transaction.commit();
        context_.store.committed();
    }

    void mark_dirty() {
        Transaction transaction(context_.connection, "BEGIN", context_.store.preparation(), rolling_back());
        context_.store.write(target(true), std::nullopt, rolling_back());
        transaction.commit();
        context_.store.committed();
    }

    void refuse_open_transaction(const VersionState& before) {
        if (context_.connection.transaction_state() == spi::TransactionState::idle)
            return;
        context_.connection.query({"ROLLBACK", {}}, {});
        ErrorDetails details;
        details.code = ErrorCode::migration_failed;
        details.message =
            fmt::format("migration failed: {} left a transaction open; it was rolled back", step_.plan.file);
        details.where.file = context_.source.path_of(step_.plan.file);
        describe_dirty(details, before);
        throw Error(std::move(details));
    }

    BodyResult run_file(const std::stop_token& stop) {
        return run_body(context_.connection, context_.source, step_.plan.file, step_.facts,
                        context_.settings.statement_timeout, stop);
    }

    bool commits_by_itself(const ErrorDetails& failure) const {
        const auto states = context_.connection.dialect().needs_no_transaction;
        const bool says_so = std::find(states.begin(), states.end(), failure.sqlstate) != states.end();
        return says_so && step_.facts.statements == 1;
    }

    [[noreturn]] void fail(ErrorDetails details, std::string_view outcome) const {
        const VersionState& state = context_.store.state();
        details.state = fmt::format("the database is at version {}, clean: {}",
                                    state.version ? to_string(state.version) : "none", outcome);
        details.next =
            fmt::format("mend {}, then \"migrate {}\" again", step_.plan.file, name_of(step_.plan.direction));
        throw Error(std::move(details));
    }

    // golang-migrate's rule: force the version whose schema is really there.
    void describe_dirty(ErrorDetails& details, const VersionState& before) const {
        details.state = fmt::format(
            "this file can't be in a transaction, so the database is marked dirty at version "
            "{}: statements before the failure stay",
            to_string(step_.plan.leads_to));
        details.next = fmt::format(
            "look at what was applied; then \"migrate force {}\" if the file's work is "
            "complete, or \"migrate force {}\" once it is undone",
            to_string(step_.plan.leads_to), to_string(before.version));
    }

    history::Event event() const {
        history::Event event;
        event.version = step_.plan.version;
        event.direction = step_.plan.direction;
        event.kind = step_.plan.direction == Direction::up ? history::EventKind::applied
                                                           : history::EventKind::reverted;
        event.leads_to = step_.plan.leads_to;
        event.name = step_.plan.title;
        if (!step_.plan.file.empty())
            event.checksum = step_.facts.checksum;
        event.down_sql = down_sql();
        event.statements = report_.statements;
        event.started_at = started_at_;
        event.duration = std::chrono::duration_cast<std::chrono::microseconds>(context_.clock.now() - start_);
        return event;
    }

    std::optional<std::string> down_sql() const {
        if (!context_.settings.history || step_.down_file.empty())
            return std::nullopt;
        std::string text = context_.source.read(step_.down_file, 0, kKeptDownBytes + 1);
        if (text.size() > kKeptDownBytes || find_utf8_fault(text) || text.find('\0') != std::string::npos) {
            return std::nullopt;
        }
        return text;
    }

    spi::Wait rolling_back() const { return {context_.stop.roll_back, std::nullopt}; }

    const StepContext& context_;
    const CheckedStep& step_;
    StepReport report_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::system_clock::time_point started_at_;
};

}  // namespace

StepReport run_step(const StepContext& context, const CheckedStep& step) {
    return Step(context, step).run();
}

}  // namespace aether::migrate::run
