// SPDX-License-Identifier: MIT
// The engine's Connection over a libpq session.
#include "connection.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

#include "dialect.hpp"
#include "drop.hpp"
#include "effect.hpp"
#include "errors.hpp"
#include "look.hpp"
#include "session_name.hpp"

namespace aether::migrate::postgres {

namespace {

spi::Rows rows_of(const PGresult* result) {
    spi::Rows rows;
    const int columns = PQnfields(result);
    rows.rows.reserve(static_cast<std::size_t>(PQntuples(result)));
    for (int row = 0; row < PQntuples(result); ++row) {
        std::vector<spi::Value>& values = rows.rows.emplace_back();
        for (int column = 0; column < columns; ++column) {
            if (PQgetisnull(result, row, column) != 0) {
                values.emplace_back(std::nullopt);
            } else {
                values.emplace_back(std::string(PQgetvalue(result, row, column),
                                                static_cast<std::size_t>(PQgetlength(result, row, column))));
            }
        }
    }
    auto* mutable_result = const_cast<PGresult*>(result);  // libpq's two readers below take no const
    const std::string_view affected = PQcmdTuples(mutable_result);
    std::from_chars(affected.data(), affected.data() + affected.size(), rows.affected);
    rows.tag = PQcmdStatus(mutable_result);
    return rows;
}

bool succeeded(const PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

// What is sent in front of a script, in one text with it.
struct Opening {
    explicit Opening(const std::vector<spi::BoundStatement>& opening) : statements(opening.size()) {
        for (const spi::BoundStatement& statement : opening) {
            text.append(statement.sql).append("; ");
        }
    }

    // Makes an outcome that of the script alone.
    void leave_out_of(spi::ScriptResult& outcome) const {
        outcome.completed -= std::min(statements, outcome.completed);
        if (outcome.failure)
            outcome.failure->position -= std::min(text.size(), outcome.failure->position);
    }

    std::string text;
    std::size_t statements;
};

// Whether a batch does no more than open a block of the engine's.
bool only_opens(std::span<const spi::BoundStatement> statements) {
    return !statements.empty() && statements.front().sql == postgres::dialect().begin &&
           std::all_of(statements.begin(), statements.end(),
                       [](const spi::BoundStatement& statement) { return statement.values.empty(); });
}

// libpq takes values as C strings and would send what stands before the zero byte.
void refuse_zero_bytes(const spi::BoundStatement& statement) {
    for (const spi::Value& value : statement.values) {
        if (value && value->find('\0') != std::string::npos)
            throw Error(ErrorCode::bookkeeping_failed,
                        "a value with a zero byte can't be sent in line 0: " + redact(statement.sql));
    }
}

}  // namespace

PostgresConnection::PostgresConnection(Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)),
      session_(parameters_, wait),
      lock_(session_, parameters_),
      limits_(parameters_.formats),
      watcher_(session_, parameters_) {
    listen_to_waits();
}

PostgresConnection::PostgresConnection(PGconn* borrowed, Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)),
      session_(borrowed, parameters_),
      lock_(session_, parameters_),
      watcher_(session_, parameters_) {
    listen_to_waits();
    kept_settings_.use_unicode(session_, wait);
}

PostgresConnection::~PostgresConnection() {
    if (!session_.borrowed())
        return;
    session_.take_opening();  // of a block that nothing followed
    lock_.give_back();
    if (!lock_.wanders())
        kept_settings_.put_back(session_);
}

void PostgresConnection::listen_to_waits() {
    session_.on_wait([this](std::chrono::milliseconds waited) { watcher_.script_waits(waited); });
}

// Before prepare() the process is the one that libpq was told of. A pooler's number is of its own making, and
// most likely nobody's: then nobody is named.
WatchedScript PostgresConnection::watched(const spi::Wait& wait) const {
    std::optional<Backend> backend = limits_.backend();
    if (!backend && !lock_.wanders())
        backend = Backend{PQbackendPID(session_.raw()), std::nullopt};
    return {wait, limits_.lock_timeout(), backend};
}

const spi::Dialect& PostgresConnection::do_dialect() const {
    return postgres::dialect();
}

spi::Look PostgresConnection::do_look(const spi::TableNames& tables, const spi::Wait& wait) {
    const Watch watch(watcher_, watched(wait));
    const ResultPointer result = session_.run(look_statement(tables), wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
        ErrorDetails details =
            bookkeeping_error(result.get(), session_.error_style(), "read the version").details();
        if (details.sqlstate == "42703") {  // undefined_column
            details.context = details.message;
            details.message =
                "the version table, the history or the journal is a view or has other columns than ours";
            details.hint =
                "choose another name with x-migrations-table, or switch the history off with x-history=false";
        }
        throw Error(std::move(details));
    }
    return read_look(result.get());
}

spi::ScriptResult PostgresConnection::do_execute(std::string_view text, const spi::Wait& wait) {
    spi::ScriptResult outcome;
    const Watch watch(watcher_, watched(wait));
    const Opening opening(session_.take_opening());
    session_.run_text(opening.text + std::string(text), wait, [&outcome, this](const PGresult* result) {
        switch (PQresultStatus(result)) {
            case PGRES_COMMAND_OK:
            case PGRES_TUPLES_OK:
                ++outcome.completed;
                break;
            case PGRES_FATAL_ERROR:
                if (!outcome.failure)
                    outcome.failure = failure_of(result, session_.error_style());
                break;
            default:
                break;  // rows of a SELECT, an empty query, a COPY that the session answers
        }
    });
    opening.leave_out_of(outcome);
    if (outcome.failure) {
        complete_failure(outcome, wait, session_.error_style());
        name_blockers(*outcome.failure, watcher_.blockers(), limits_.lock_timeout(),
                      limits_.deadlock_timeout());
    }
    return outcome;
}

spi::Rows PostgresConnection::do_query(const spi::BoundStatement& statement, const spi::Wait& wait) {
    refuse_zero_bytes(statement);
    const Watch watch(watcher_, watched(wait));
    const ResultPointer result = session_.run(statement, wait);
    if (!succeeded(result.get())) {
        throw bookkeeping_error(result.get(), session_.error_style(), statement.sql);
    }
    return rows_of(result.get());
}

std::vector<spi::Rows> PostgresConnection::do_batch(std::span<const spi::BoundStatement> statements,
                                                    const spi::Wait& wait) {
    for (const spi::BoundStatement& statement : statements) {
        refuse_zero_bytes(statement);
    }
    if (only_opens(statements) && do_transaction_state() == spi::TransactionState::idle) {
        session_.open_with_next(statements);
        return std::vector<spi::Rows>(statements.size());
    }
    const Watch watch(watcher_, watched(wait));
    const std::vector<ResultPointer> results = session_.run_pipeline(statements, wait);
    std::vector<spi::Rows> answers;
    answers.reserve(results.size());
    for (std::size_t index = 0; index < results.size(); ++index) {
        if (!succeeded(results[index].get())) {
            throw bookkeeping_error(results[index].get(), session_.error_style(), statements[index].sql);
        }
        answers.push_back(rows_of(results[index].get()));
    }
    return answers;
}

bool PostgresConnection::do_try_lock(const spi::TableNames& tables, const spi::Look& look,
                                     const spi::Wait& wait) {
    const Watch watch(watcher_, watched(wait));
    if (session_.borrowed())
        kept_settings_.note(session_, wait);
    return lock_.try_take(tables, look, wait);
}

std::optional<spi::BoundStatement> PostgresConnection::do_lock_check() const {
    return lock_.check();
}

std::vector<spi::BoundStatement> PostgresConnection::do_write_guard(const std::string& role) const {
    std::vector<spi::BoundStatement> guard = lock_.guard(role);
    // A file may have set another encoding: the server would take the bytes of our values for other
    // characters.
    const char* encoding = PQparameterStatus(session_.raw(), "client_encoding");
    if (encoding == nullptr || std::string_view(encoding) != "UTF8")
        guard.insert(guard.begin(), {"SET LOCAL client_encoding = 'UTF8'", {}});
    return guard;
}

void PostgresConnection::do_unlock() noexcept {
    lock_.give_back();
}

std::optional<spi::LockHolder> PostgresConnection::do_lock_holder(const spi::TableNames& tables,
                                                                  const spi::Look& look,
                                                                  const spi::Wait& wait) {
    return lock_.holder(tables, look, wait);
}

spi::DropPlan PostgresConnection::do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) {
    const Watch watch(watcher_, watched(wait));
    return make_drop_plan(session_, tables, wait);
}

void PostgresConnection::do_drop(const spi::TableNames& tables, const spi::Wait& wait) {
    const Watch watch(watcher_, watched(wait));
    run_drop(session_, tables, lock_.check(), wait);
}

void PostgresConnection::do_prepare(const spi::Limits& limits, const spi::Wait& wait) {
    limits_.prepare(session_, limits,
                    lock_.wanders() ? SessionLimits::Binding::may_wander : SessionLimits::Binding::fixed,
                    wait);
}

std::vector<spi::BoundStatement> PostgresConnection::do_limit_locks(
    std::optional<std::chrono::milliseconds> lock, spi::Scope scope) const {
    std::vector<spi::BoundStatement> statements = limits_.limit_locks(lock, scope);
    // Whoever had this server session before may have left it another search_path.
    if (lock_.wanders() && scope == spi::Scope::block)
        statements.push_back({"SET LOCAL search_path TO DEFAULT", {}});
    return statements;
}

spi::Intent PostgresConnection::do_note_intent(const spi::StatementView& statement, const spi::Wait& wait) {
    return postgres::note_intent(session_, statement, wait);
}

spi::Finding PostgresConnection::do_find_effect(std::string_view note, spi::Ending ending,
                                                const spi::Wait& wait) {
    return postgres::find_effect(session_, note, ending, wait);
}

std::string PostgresConnection::do_session_name(const spi::Wait& wait) {
    if (lock_.wanders())
        return {};
    const std::string known = limits_.backend() ? name_of(*limits_.backend()) : std::string();
    return known.empty() ? postgres::session_name(session_, wait) : known;
}

spi::SessionState PostgresConnection::do_probe(std::string_view session_name, const spi::Wait& wait) {
    return postgres::probe(session_, session_name, wait);
}

spi::TransactionState PostgresConnection::do_transaction_state() const {
    if (session_.opens_with_next())
        return spi::TransactionState::open;
    switch (PQtransactionStatus(session_.raw())) {
        case PQTRANS_IDLE:
            return spi::TransactionState::idle;
        case PQTRANS_INTRANS:
            return spi::TransactionState::open;
        case PQTRANS_INERROR:
            return spi::TransactionState::failed;
        case PQTRANS_ACTIVE:
        case PQTRANS_UNKNOWN:
            break;
    }
    return spi::TransactionState::unknown;
}

void PostgresConnection::do_on_notice(std::function<void(const spi::Notice&)> listener) {
    session_.on_notice(std::move(listener));
}

void PostgresConnection::do_on_blocked(std::function<void(const std::vector<spi::Blocker>&)> listener) {
    watcher_.on_blocked(std::move(listener));
}

}  // namespace aether::migrate::postgres
