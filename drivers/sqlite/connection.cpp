// SPDX-License-Identifier: MIT
// The engine's Connection over a SQLite database.
#include "connection.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "backup.hpp"
#include "dialect.hpp"
#include "drop.hpp"
#include "effect.hpp"
#include "lock_function.hpp"
#include "quote.hpp"

namespace aether::migrate::sqlite {

namespace {

using std::chrono::milliseconds;

// How long golang-migrate's library waits for others.
constexpr std::chrono::seconds kOneTry{5};
constexpr const char* kLockCheck = "SELECT 1 WHERE aether_migrate_holds_lock()";

// Zero switches a limit off.
std::optional<milliseconds> unless_zero(milliseconds limit) {
    return limit.count() == 0 ? std::nullopt : std::optional(limit);
}

bool begins_block(std::string_view sql) {
    constexpr std::string_view kBegin = "begin";
    return sql.size() >= kBegin.size() && std::equal(kBegin.begin(), kBegin.end(), sql.begin(),
                                                     [](char a, char b) { return a == (b | 0x20); });
}

void require_writable(sqlite3* database) {
    if (sqlite3_db_readonly(database, "main") != 1)
        return;
    ErrorDetails details;
    details.code = ErrorCode::unsupported;
    details.message = "attempt to write a readonly database";
    details.hint = "the file, its folder, or mode=ro or immutable=1 in the URL allow only reading";
    details.state = "nothing was changed";
    details.next = "give this user the right to write the file, or take mode=ro out of the URL";
    throw Error(std::move(details));
}

}  // namespace

SqliteConnection::SqliteConnection(Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)), session_(parameters_), limits_(parameters_.settings.limits) {
    set_up(wait);
}

SqliteConnection::SqliteConnection(sqlite3* borrowed, Parameters parameters, const spi::Wait& wait)
    : parameters_(std::move(parameters)),
      session_(borrowed, parameters_),
      limits_(parameters_.settings.limits) {
    set_up(wait);
}

void SqliteConnection::set_up(const spi::Wait& wait) {
    if (wait.stop.stop_requested())
        throw Error(ErrorCode::cancelled, "stopped while opening the database");
    const auto limit = limits_.table_lock_timeout.value_or(kLongestBusy);
    lock_limit_ = unless_zero(limit);
}

const spi::Dialect& SqliteConnection::do_dialect() const {
    return sqlite::dialect();
}

// A wait before a block holds nobody up, and goes on until others are done; one within it keeps new readers
// out.
std::optional<milliseconds> SqliteConnection::busy_limit(std::string_view sql) const {
    if (session_.in_transaction() || !begins_block(sql) || limits_.table_lock_timeout)
        return lock_limit_;
    const milliseconds patience = limits_.retry_for.value_or(kLongestBusy);
    return patience.count() == 0 ? kOneTry : std::min<milliseconds>(patience, kLongestBusy);
}

spi::Look SqliteConnection::do_look(const spi::TableNames& tables, const spi::Wait& wait) {
    session_.limit_busy(lock_limit_);
    LookResult result = look_at(session_, parameters_.file, tables, wait);
    version_table_ = tables.version;
    flag_ = result.flag;
    return std::move(result.look);
}

spi::ScriptResult SqliteConnection::do_execute(std::string_view text, const spi::Wait& wait) {
    session_.limit_busy(lock_limit_);
    return session_.run_text(text, wait);
}

spi::Rows SqliteConnection::do_query(const spi::BoundStatement& statement, const spi::Wait& wait) {
    if (backup_is_due_ && !session_.in_transaction() && begins_block(statement.sql))
        back_up_once(wait);
    session_.limit_busy(busy_limit(statement.sql));
    return session_.run(statement, wait);
}

// Of 20 replicas that start at once only the first has something to do: so before its first write.
void SqliteConnection::back_up_once(const spi::Wait& wait) {
    backup_is_due_ = false;
    const std::string copy = back_up(session_, parameters_.backup, wait);
    backup_is_made_ = true;
    if (on_notice_)
        on_notice_({"INFO", fmt::format("the database was copied to {}", copy), "", ""});
}

bool SqliteConnection::do_try_lock(const spi::TableNames& /*tables*/, const spi::Look& /*look*/,
                                   const spi::Wait& wait) {
    sqlite3* database = session_.raw();
    require_writable(database);
    if (!lock_.try_take(session_.file()))
        return false;
    try {
        make_lock_function(database, lock_);
        session_.note_settings();
        session_.limit_busy(lock_limit_);
        session_.set_up_file(wait);
    } catch (...) {  // whatever it was: nobody would give the lock back
        lock_.give_back();
        throw;
    }
    return true;
}

std::optional<spi::BoundStatement> SqliteConnection::do_lock_check() const {
    return spi::BoundStatement{kLockCheck, {}};
}

// Only somebody who removes the lock file can take the lock away.
std::vector<spi::BoundStatement> SqliteConnection::do_write_guard(const std::string& /*role*/) const {
    std::vector<spi::BoundStatement> guard;
    // Our writes compare the flag with a number.
    if (flag_ == FlagForm::text) {
        guard.push_back({fmt::format("UPDATE main.{} SET dirty = lower(dirty) IN ('true', 't') WHERE "
                                     "typeof(dirty) = 'text'",
                                     quote(version_table_)),
                         {}});
    }
    guard.push_back({kLockCheck, {}});
    return guard;
}

void SqliteConnection::do_unlock() noexcept {
    try {
        if (session_.in_transaction())
            session_.run({"ROLLBACK", {}}, {});
    } catch (...) {
        // The end of the connection rolls back too.
    }
    lock_.give_back();
}

std::optional<spi::LockHolder> SqliteConnection::do_lock_holder(const spi::TableNames& /*tables*/,
                                                                const spi::Look& /*look*/,
                                                                const spi::Wait& /*wait*/) {
    return MigrationLock::holder(session_.file());
}

spi::DropPlan SqliteConnection::do_plan_drop(const spi::TableNames& /*tables*/, const spi::Wait& wait) {
    session_.limit_busy(lock_limit_);
    return make_drop_plan(session_, wait);
}

void SqliteConnection::do_drop(const spi::TableNames& /*tables*/, const spi::Wait& wait) {
    if (!parameters_.backup.empty())
        back_up_once(wait);
    session_.limit_busy(lock_limit_);
    run_drop(session_, lock_, wait);
}

void SqliteConnection::do_prepare(const spi::Limits& limits, const spi::Wait& /*wait*/) {
    limits_ = limits;
    backup_is_due_ = !parameters_.backup.empty() && !backup_is_made_;
}

std::vector<spi::BoundStatement> SqliteConnection::do_limit_locks(std::optional<milliseconds> lock,
                                                                  spi::Scope /*scope*/) const {
    lock_limit_ = lock;
    return {};
}

spi::Intent SqliteConnection::do_note_intent(const spi::StatementView& statement, const spi::Wait& /*wait*/) {
    return sqlite::note_intent(statement);
}

spi::Finding SqliteConnection::do_find_effect(std::string_view note, spi::Ending ending,
                                              const spi::Wait& /*wait*/) {
    return sqlite::find_effect(note, ending);
}

spi::TransactionState SqliteConnection::do_transaction_state() const {
    return session_.in_transaction() ? spi::TransactionState::open : spi::TransactionState::idle;
}

void SqliteConnection::do_on_notice(std::function<void(const spi::Notice&)> listener) {
    on_notice_ = std::move(listener);
}

void SqliteConnection::do_on_blocked(std::function<void(const std::vector<spi::Blocker>&)> listener) {
    session_.waiter().on_blocked(std::move(listener));
}

}  // namespace aether::migrate::sqlite
