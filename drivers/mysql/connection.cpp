// SPDX-License-Identifier: MIT
// The engine's Connection over a libmariadb session.
#include "connection.hpp"

#include <algorithm>
#include <utility>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/statement.hpp>

#include "bind.hpp"
#include "dialect.hpp"
#include "drop.hpp"
#include "effect.hpp"
#include "errors.hpp"
#include "look.hpp"
#include "session_name.hpp"

namespace aether::migrate::mysql {

namespace {

constexpr std::chrono::seconds kAfterwardsLimit{5};

// In safe-update mode the server refuses a DELETE or UPDATE that names no row by its key, as ours of whole
// tables.
constexpr std::string_view kAllowChanges =
    "SET @aether_safe_updates = @@session.sql_safe_updates, SESSION sql_safe_updates = 0";
constexpr std::string_view kForbidChanges = "SET SESSION sql_safe_updates = @aether_safe_updates";

// Returns a text up to the end of its last statement. What follows a semicolon is a statement to the servers,
// even a comment alone: MariaDB answers it, MySQL refuses it (Error 1065).
std::string_view without_last_comment(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n\f\v");
    if (last != std::string_view::npos && text[last] == ';')
        return text;
    const std::vector<std::string_view> statements = spi::statements_of(text, dialect());
    if (statements.empty())
        return {};
    return {text.data(), statements.back().data() + statements.back().size()};
}

bool changes_rows(const spi::BoundStatement& statement) {
    return statement.sql.starts_with("DELETE") || statement.sql.starts_with("UPDATE");
}

}  // namespace

MysqlConnection::MysqlConnection(Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)),
      session_(parameters_, wait),
      lock_(session_, parameters_),
      watcher_(session_, parameters_) {
    listen_to_waits();
}

MysqlConnection::MysqlConnection(MYSQL* borrowed, Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)),
      session_(borrowed, parameters_),
      lock_(session_, parameters_),
      watcher_(session_, parameters_) {
    listen_to_waits();
    try {
        kept_settings_.note(session_, wait);
    } catch (...) {  // whatever it was: half of the settings must not stay
        kept_settings_.put_back(session_);
        throw;
    }
    parameters_.database = kept_settings_.database();
}

MysqlConnection::~MysqlConnection() {
    if (!session_.borrowed() || session_.lost())
        return;
    lock_.give_back();
    if (!name_.empty())
        forget_name(session_, name_);
    kept_settings_.put_back(session_);
}

void MysqlConnection::listen_to_waits() {
    session_.on_wait([this](std::chrono::milliseconds waited) { watcher_.script_waits(waited); });
}

const spi::Dialect& MysqlConnection::do_dialect() const {
    return mysql::dialect();
}

spi::Look MysqlConnection::do_look(const spi::TableNames& tables, const spi::Wait& wait) {
    return look_at(session_, tables, wait);
}

spi::ScriptResult MysqlConnection::do_execute(std::string_view text, const spi::Wait& wait) {
    spi::ScriptResult outcome;
    text = without_last_comment(text);
    if (text.empty())
        return outcome;
    const Watch watch(watcher_, wait, limits_.lock_timeout());
    const std::optional<ServerError> error =
        session_.run(text, Session::RowsAre::dropped, wait, [&outcome](spi::Rows&&) { ++outcome.completed; });
    // The server answers empty statements and comments at the end too, and a CALL several times.
    outcome.completed = std::min(outcome.completed, spi::statements_of(text, dialect()).size());
    if (error) {
        outcome.failure = failure_of(*error, text, outcome.completed);
        if (outcome.failure->passing)
            outcome.failure->blockers = watcher_.blockers();
    } else {
        tell_warnings();
    }
    return outcome;
}

// What the server found noteworthy about the last statement of a text; it keeps no others. The text has run,
// whatever comes of this question.
void MysqlConnection::tell_warnings() {
    if (!listener_ || session_.warnings() == 0)
        return;
    std::vector<spi::Rows> answers;
    try {
        answers = session_.ask("SHOW WARNINGS LIMIT 20", "SHOW WARNINGS",
                               {{}, std::chrono::steady_clock::now() + kAfterwardsLimit});
    } catch (const Error&) {
        if (session_.lost())
            throw;
        return;
    }
    for (const std::vector<spi::Value>& row : answers.at(0).rows)
        listener_({row.at(0).value_or(""), row.at(2).value_or(""), "", ""});
}

spi::Rows MysqlConnection::do_query(const spi::BoundStatement& statement, const spi::Wait& wait) {
    return std::move(do_batch({&statement, 1}, wait).front());
}

std::vector<spi::Rows> MysqlConnection::do_batch(std::span<const spi::BoundStatement> statements,
                                                 const spi::Wait& wait) {
    std::vector<spi::Rows> answers;
    if (statements.empty())
        return answers;
    const bool changes = std::any_of(statements.begin(), statements.end(), changes_rows);
    std::string text(changes ? kAllowChanges : std::string_view());
    for (const spi::BoundStatement& statement : statements)
        text.append(text.empty() ? "" : ";\n").append(bind(statement));
    if (changes)
        text.append(";\n").append(kForbidChanges);
    const Watch watch(watcher_, wait, limits_.lock_timeout());
    const std::optional<ServerError> error =
        session_.run(text, Session::RowsAre::kept, wait,
                     [&answers](spi::Rows&& rows) { answers.push_back(std::move(rows)); });
    if (changes && !answers.empty())
        answers.erase(answers.begin());
    if (error) {
        if (changes)
            session_.ask(kForbidChanges, "SET sql_safe_updates",
                         {{}, std::chrono::steady_clock::now() + kAfterwardsLimit});
        throw bookkeeping_error(*error, statements[std::min(answers.size(), statements.size() - 1)].sql);
    }
    answers.resize(statements.size());
    return answers;
}

bool MysqlConnection::do_try_lock(const spi::TableNames& tables, const spi::Look& /*look*/,
                                  const spi::Wait& wait) {
    if (!lock_.try_take(tables, wait))
        return false;
    // A file that gave the migration lock away gave this one away too.
    if (!name_.empty())
        session_.ask(renewal_of(name_), "name the session", wait);
    return true;
}

std::optional<spi::BoundStatement> MysqlConnection::do_lock_check() const {
    return lock_.check();
}

std::vector<spi::BoundStatement> MysqlConnection::do_write_guard(const std::string& /*role*/) const {
    const std::optional<spi::BoundStatement> check = lock_.check();
    if (!check)
        return {};
    return {*check};
}

void MysqlConnection::do_unlock() noexcept {
    lock_.give_back();
}

std::optional<spi::LockHolder> MysqlConnection::do_lock_holder(const spi::TableNames& tables,
                                                               const spi::Look& /*look*/,
                                                               const spi::Wait& wait) {
    return lock_.holder(tables, wait);
}

spi::DropPlan MysqlConnection::do_plan_drop(const spi::TableNames& tables, const spi::Wait& wait) {
    return make_drop_plan(session_, tables, wait);
}

void MysqlConnection::do_drop(const spi::TableNames& tables, const spi::Wait& wait) {
    const Watch watch(watcher_, wait, limits_.lock_timeout());
    run_drop(session_, tables, lock_.check(), wait);
}

void MysqlConnection::do_prepare(const spi::Limits& limits, const spi::Wait& wait) {
    limits_.prepare(session_, limits, wait);
}

std::vector<spi::BoundStatement> MysqlConnection::do_limit_locks(
    std::optional<std::chrono::milliseconds> lock, spi::Scope /*scope*/) const {
    return limits_.limit_locks(lock);
}

spi::Intent MysqlConnection::do_note_intent(const spi::StatementView& statement, const spi::Wait& wait) {
    return mysql::note_intent(session_, statement, wait);
}

spi::Finding MysqlConnection::do_find_effect(std::string_view note, spi::Ending ending,
                                             const spi::Wait& wait) {
    return mysql::find_effect(session_, note, ending, wait);
}

std::string MysqlConnection::do_session_name(const spi::Wait& wait) {
    if (name_.empty())
        name_ = name_session(session_, wait);
    return name_;
}

spi::SessionState MysqlConnection::do_probe(std::string_view session_name, const spi::Wait& wait) {
    return mysql::probe(session_, session_name, wait);
}

spi::TransactionState MysqlConnection::do_transaction_state() const {
    if (session_.lost())
        return spi::TransactionState::unknown;
    return session_.in_transaction() ? spi::TransactionState::open : spi::TransactionState::idle;
}

void MysqlConnection::do_on_notice(std::function<void(const spi::Notice&)> listener) {
    listener_ = std::move(listener);
}

void MysqlConnection::do_on_blocked(std::function<void(const std::vector<spi::Blocker>&)> listener) {
    watcher_.on_blocked(std::move(listener));
}

}  // namespace aether::migrate::mysql
