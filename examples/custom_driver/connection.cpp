// SPDX-License-Identifier: MIT
// The engine's Connection over a SQLite file.
#include "connection.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <aether/migrate/spi/quote.hpp>

#include "dialect.hpp"
#include "look.hpp"

namespace tiny {

namespace {

// What drop() removes, views before tables. Indexes and triggers go with their tables.
constexpr const char* kObjects =
    "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'table') AND name NOT LIKE 'sqlite\\_%' "
    "ESCAPE '\\' "
    "ORDER BY type DESC, name";

}  // namespace

TinyConnection::TinyConnection(const std::string& path, int flags) : path_(path), session_(path, flags) {}

TinyConnection::~TinyConnection() {
    do_unlock();
}

const spi::Dialect& TinyConnection::do_dialect() const {
    return tiny::dialect();  // not the function of the base class
}

spi::Look TinyConnection::do_look(const spi::TableNames& tables, const spi::Wait& wait) {
    return read_look(session_, tables, wait);
}

spi::ScriptResult TinyConnection::do_execute(std::string_view text, const spi::Wait& wait) {
    return session_.run_text(text, wait);
}

spi::Rows TinyConnection::do_query(const spi::BoundStatement& statement, const spi::Wait& wait) {
    return session_.run(statement, wait);
}

// A lock on a file beside the database: it belongs to this descriptor, and the kernel frees it when the
// process ends. A lock on the database itself would be lost whenever anybody closes that file.
bool TinyConnection::do_try_lock(const spi::TableNames&, const spi::Look&, const spi::Wait&) {
    if (lock_ >= 0)
        return true;
    const int descriptor = ::open((path_ + "-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0)
        throw aether::migrate::Error(aether::migrate::ErrorCode::bookkeeping_failed,
                                     path_ + "-lock: " + std::strerror(errno));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        ::close(descriptor);
        return false;
    }
    lock_ = descriptor;
    return true;
}

void TinyConnection::do_unlock() noexcept {
    if (session_.in_transaction())
        sqlite3_exec(session_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
    if (lock_ >= 0)
        ::close(std::exchange(lock_, -1));
}

std::optional<spi::LockHolder> TinyConnection::do_lock_holder(const spi::TableNames&, const spi::Look&,
                                                              const spi::Wait&) {
    return std::nullopt;
}

spi::DropPlan TinyConnection::do_plan_drop(const spi::TableNames&, const spi::Wait& wait) {
    spi::DropPlan plan;
    for (const auto& row : session_.run({kObjects, {}}, wait).rows) {
        plan.removes.push_back(row[0].value() + " " + row[1].value());
    }
    return plan;
}

void TinyConnection::do_drop(const spi::TableNames&, const spi::Wait& wait) {
    // Tables may refer to each other. Inside a transaction the setting would be ignored.
    session_.run({"PRAGMA foreign_keys = off", {}}, wait);
    session_.run({"BEGIN IMMEDIATE", {}}, wait);
    try {
        for (const auto& row : session_.run({kObjects, {}}, wait).rows) {
            session_.run(
                {"DROP " + row[0].value() + " " + spi::quote_identifier(tiny::dialect(), row[1].value()), {}},
                wait);
        }
        session_.run({"COMMIT", {}}, wait);
    } catch (...) {  // whatever it is: all of it is undone
        session_.run_text("ROLLBACK", {});
        throw;
    }
}

spi::TransactionState TinyConnection::do_transaction_state() const {
    return session_.in_transaction() ? spi::TransactionState::open : spi::TransactionState::idle;
}

// SQLite says nothing besides results.
void TinyConnection::do_on_notice(std::function<void(const spi::Notice&)>) {}

}  // namespace tiny
