// SPDX-License-Identifier: MIT
// Calls the C++ function of a migration, and lets it at the database within bounds.
#include "code_call.hpp"

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/quote.hpp>
#include <aether/migrate/url.hpp>

#include "../sql/splitter.hpp"
#include "excerpt.hpp"
#include "failure.hpp"
#include "script.hpp"

namespace aether::migrate {

using run::SendFailure;
using spi::StatementKind;

class CodeSession::Call {
public:
    Call(const run::StepContext& context, const run::CheckedStep& step, run::Record& record,
         const std::stop_token& stop)
        : context_(context), step_(step), record_(record), wait_{stop, std::nullopt} {
        record_.report().statements = 0;
        const auto limit = record.limits().statement_timeout;
        if (limit && limit->count() > 0)
            wait_.deadline = context.clock.now() + *limit;
    }

    std::optional<SendFailure> run() {
        CodeSession session(*this);
        std::optional<ErrorDetails> thrown;
        try {
            (*step_.function)(session);
        } catch (const Error& error) {
            thrown = error.details();
        } catch (const std::exception& error) {
            thrown = in_error(error.what());
        }
        if (heard_)
            std::rethrow_exception(heard_);
        std::optional<SendFailure> failure = outcome(std::move(thrown));
        if (failure && !reached_)
            failure->unread = true;
        return failure;
    }

    void run_script(std::string_view script) {
        const sql::Split split = take(script);
        std::string text(script);
        sql::hide_client_parts(text, split);
        spi::ScriptResult result;
        reached_ = true;
        try {
            result = connection().execute(text, wait_);
        } catch (const Error& error) {
            note_end(error);
            throw;
        } catch (...) {  // a listener's, since drivers throw nothing else
            heard_ = std::current_exception();
            throw;
        }
        record_.report().statements += result.completed;
        if (!result.failure)
            return;
        const run::Piece piece{text, {}, split.statements};
        ErrorDetails details = run::migration_failure(*result.failure, "", piece, 0, result.completed);
        details.where = {};  // the place is one in the function's text, which the excerpt shows
        fail(
            {std::move(details), result.failure->message, result.failure->passing, result.failure->blockers});
    }

    spi::Rows run_one(std::string_view statement, const std::vector<CodeValue>& values) {
        const std::vector<sql::Statement> found = take(statement).statements;
        if (found.size() != 1) {
            refuse(fmt::format("{} statements in the place of one", found.size()),
                   "run() takes a text of any number of statements");
        }
        reached_ = true;
        try {
            spi::Rows rows = connection().query({std::string(statement), values}, wait_);
            ++record_.report().statements;
            return rows;
        } catch (const Error& error) {
            note_end(error);
            if (error.code() != ErrorCode::bookkeeping_failed)
                throw;
            fail(refused(error.details(), statement.substr(found.front().begin)));
        } catch (...) {  // a listener's, as above
            heard_ = std::current_exception();
            throw;
        }
    }

    const std::stop_token& stop() const { return wait_.stop; }
    const spi::Dialect& dialect() const { return context_.connection.dialect(); }
    void note(std::string_view text) {
        try {
            context_.observer.notice({"INFO", std::string(text), "", ""});
        } catch (...) {  // it is for the caller of the run, not for the function
            heard_ = std::current_exception();
            throw;
        }
    }

private:
    spi::Connection& connection() const { return context_.connection; }
    bool in_transaction() const { return step_.facts.mode == run::ScriptMode::transaction; }

    std::string name() const {
        return fmt::format("the {} function of version {}", name_of(step_.plan.direction),
                           step_.plan.version.number);
    }

    ErrorDetails in_error(std::string_view what) const {
        ErrorDetails details;
        details.code = ErrorCode::migration_failed;
        details.message = fmt::format("migration failed: {}", redact(what));
        details.context = name();
        return details;
    }

    // What the function caught of the session's errors counts where the session did not get over it.
    std::optional<SendFailure> outcome(std::optional<ErrorDetails> thrown) {
        if (ended_) {
            if (ended_->code() == ErrorCode::connection_failed)
                throw Error(ended_->details());
            return SendFailure{ended_->details(), ended_->what(), false, {}};
        }
        if (thrown && (!failure_ || thrown->message != failure_->details.message)) {
            std::string reason = thrown->message;
            const bool passing = record_.is_passing(*thrown);
            return SendFailure{std::move(*thrown), std::move(reason), passing, {}};
        }
        const bool broken =
            in_transaction() && connection().transaction_state() != spi::TransactionState::open;
        if (thrown || broken)
            return std::move(failure_);
        return std::nullopt;
    }

    // Splits a text and refuses what a function may not send.
    sql::Split take(std::string_view text) {
        if (heard_)
            std::rethrow_exception(heard_);
        if (ended_)
            throw Error(ended_->details());
        if (wait_.stop.stop_requested()) {
            ended_.emplace(ErrorCode::cancelled, fmt::format("stopped in {}", name()));
            throw Error(ended_->details());
        }
        sql::Split split = sql::split(text, dialect(), sql::Ending::whole_text);
        for (const sql::Statement& statement : split.statements) {
            check(statement);
        }
        return split;
    }

    void check(const sql::Statement& statement) const {
        switch (statement.kind) {
            case StatementKind::transactional:
            case StatementKind::session_setting:
                return;
            case StatementKind::session_setting_alone:
            case StatementKind::non_transactional:
                if (in_transaction()) {
                    refuse(fmt::format("{} can't run inside a transaction", statement.what),
                           "the header line \"migrate:no-transaction\" has each statement by itself");
                }
                return;
            case StatementKind::begins_transaction:
            case StatementKind::ends_transaction:
            case StatementKind::controls_transaction:
                refuse(fmt::format("{} in {}", statement.what, name()),
                       "where the transaction begins and ends is not the function's business: leave it out");
            case StatementKind::refused:
                refuse(fmt::format("{} can't be run from a migration", statement.what), "leave it out");
        }
    }

    [[noreturn]] void refuse(std::string_view message, std::string_view hint) const {
        ErrorDetails details;
        details.code = ErrorCode::migration_refused;
        details.message = fmt::format("migration refused: {}", message);
        details.hint = hint;
        details.context = name();
        throw Error(std::move(details));
    }

    // No function gets over these.
    void note_end(const Error& error) {
        if (error.code() == ErrorCode::connection_failed || error.code() == ErrorCode::cancelled)
            ended_ = error;
    }

    // Drivers say "MESSAGE in line 0: STATEMENT" of a statement that is not in a file.
    SendFailure refused(ErrorDetails details, std::string_view statement) const {
        if (wait_.deadline && context_.clock.now() >= *wait_.deadline) {
            details.message = "statement timeout";
            details.hint.clear();
        }
        const std::string reason = details.message.substr(0, details.message.find(" in line 0: "));
        details.code = ErrorCode::migration_failed;
        details.message = fmt::format("migration failed: {}: {}", redact(reason), run::headline(statement));
        details.detail = redact(details.detail);
        details.context = redact(details.context);
        const bool passing = record_.is_passing(details);
        return {std::move(details), reason, passing, {}};
    }

    [[noreturn]] void fail(SendFailure failure) {
        std::string& context = failure.details.context;
        context = context.empty() ? name() : fmt::format("{}\n{}", context, name());
        failure_ = std::move(failure);
        throw Error(failure_->details);
    }

    const run::StepContext& context_;
    const run::CheckedStep& step_;
    run::Record& record_;
    spi::Wait wait_;
    bool reached_ = false;                // something was sent
    std::optional<SendFailure> failure_;  // the session's last one
    std::optional<Error> ended_;          // it is lost, or the run is to stop
    std::exception_ptr heard_;            // what the observer threw
};

void CodeSession::run(std::string_view script) {
    call_.run_script(script);
}

std::uint64_t CodeSession::execute(std::string_view statement, const std::vector<CodeValue>& values) {
    return call_.run_one(statement, values).affected;
}

CodeRows CodeSession::query(std::string_view statement, const std::vector<CodeValue>& values) {
    return call_.run_one(statement, values).rows;
}

std::string CodeSession::quote(std::string_view name) const {
    return spi::quote_identifier(call_.dialect(), name);
}

std::string_view CodeSession::database() const {
    return call_.dialect().name;
}

void CodeSession::note(std::string_view text) {
    call_.note(text);
}

const std::stop_token& CodeSession::stop_token() const {
    return call_.stop();
}

namespace run {

std::optional<SendFailure> call_function(const StepContext& context, const CheckedStep& step, Record& record,
                                         const std::stop_token& stop) {
    return CodeSession::Call(context, step, record, stop).run();
}

}  // namespace run

}  // namespace aether::migrate
