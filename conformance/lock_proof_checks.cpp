// SPDX-License-Identifier: MIT
// Checks of what proves the lock: the query of lock_check(), the guard of each write, the holder that is
// told.
#include <array>
#include <optional>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

#include "check.hpp"
#include "trial.hpp"

namespace aether::migrate::conformance {

namespace {

// A session that never had the lock may have no query for it, or one that the server refuses.
bool passes_check(const Session& session) {
    const auto check = session.connection->lock_check();
    try {
        return check && session.connection->query(*check, patience()).rows.size() == 1;
    } catch (const Error& error) {
        require(error.code() != ErrorCode::connection_failed, "lock_check() costs the session");
        return false;
    }
}

void query_tells_whether_it_is_held(Trial& trial) {
    const Session session = trial.open();
    const Session other = trial.open();
    require(session.try_lock(), "a free lock is not given");
    const auto check = session.connection->lock_check();
    if (!check)
        not_claimed("lock_check() gives no query: the lock can't be lost");
    const auto rows = [&] { return session.connection->query(*check, patience()).rows.size(); };
    require_same(rows(), 1, "rows of lock_check() while the lock is held");
    require(!passes_check(other), "lock_check() gives a row in a session that never had the lock");
    session.connection->unlock();
    require_same(rows(), 0, "rows of lock_check() after unlock()");
    require(other.try_lock(), "the lock is not free after unlock()");
    require_same(rows(), 0, "rows of lock_check() while another session holds the lock");
}

// Runs the guard as the engine does; says whether the write may go on.
bool passes(const Session& session, const std::vector<spi::BoundStatement>& guard) {
    session.begin();
    bool passed = false;
    try {
        for (const spi::BoundStatement& statement : guard) {
            passed = session.connection->query(statement, patience()).rows.size() == 1;
        }
    } catch (const Error& error) {
        require(error.code() != ErrorCode::connection_failed, "the guard of a write costs the session");
        passed = false;
    }
    session.roll_back();
    return passed;
}

void guard_of_a_write_needs_it(Trial& trial) {
    const Session session = trial.open();
    const Session other = trial.open();
    require(session.try_lock(), "a free lock is not given");
    const auto guard = session.connection->write_guard(session.look.facts.role);
    if (guard.empty())
        not_claimed("write_guard() is empty: neither lock nor role can be lost");
    require(passes(session, guard), "the guard of a write refuses the session that holds the lock");
    require(passes(session, guard), "the guard of a write passes only once");
    require(!passes(other, guard), "the guard of a write passes in a session without the lock");
    session.connection->unlock();
    require(!passes(session, guard), "the guard of a write passes after unlock()");
}

void holder_is_told(Trial& trial) {
    const Session holder = trial.open();
    const Session other = trial.open();
    const auto seen = [&] { return other.connection->lock_holder(other.tables, other.look, patience()); };
    require(!seen(), "lock_holder() tells a holder of a free lock");
    require(holder.try_lock(), "a free lock is not given");
    const std::optional<spi::LockHolder> told = seen();
    if (!told)
        not_claimed("lock_holder() sees nobody");
    require(told->pid != 0 || !told->user.empty() || !told->client.empty(),
            "lock_holder() tells a holder without pid, user and client");
    require(told->query.size() <= 1000, "lock_holder() tells a query of more than 200 characters");
    holder.connection->unlock();
    require(!seen(), "lock_holder() still tells a holder after unlock()");
}

constexpr std::array kChecks{
    Check{"lock_check_tells_whether_it_is_held", query_tells_whether_it_is_held},
    Check{"lock_guard_of_a_write_needs_it", guard_of_a_write_needs_it},
    Check{"lock_holder_is_told", holder_is_told},
};

}  // namespace

std::span<const Check> lock_proof_checks() {
    return kChecks;
}

}  // namespace aether::migrate::conformance
