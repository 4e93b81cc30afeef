// SPDX-License-Identifier: MIT
// The migration lock: golang-migrate's advisory ids, or the row that its pgx driver can use instead, or both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "lease.hpp"
#include "parameters.hpp"
#include "pooler.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// Taken and given back by polling only: a waiter inside pg_advisory_lock() would deadlock with a holder that
/// runs CREATE INDEX CONCURRENTLY, which waits for every older snapshot (PostgreSQL 15, observed;
/// golang-migrate issue 960).
///
/// A pooler in transaction mode hands our server session, and the advisory ids in it, to other clients: it is
/// refused before anything is taken, unless the lock is a row. One that is not recognised can't cause a wrong
/// outcome either. What a guard asks is answered by the backend that is about to commit. Should that one hold
/// the ids for another client, then the version row is moved from the state that was seen under the lock, in
/// the same transaction as the file's body: of two such clients the second finds another row, and fails.
class MigrationLock {
public:
    MigrationLock(Session& session, const Parameters& parameters);
    ~MigrationLock() = default;
    MigrationLock(const MigrationLock&) = delete;
    MigrationLock& operator=(const MigrationLock&) = delete;

    bool try_take(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait);
    /// Returns a query that gives one row while the lock is ours; nothing when it is not.
    std::optional<spi::BoundStatement> check() const;
    /// See spi::Connection::write_guard.
    std::vector<spi::BoundStatement> guard(const std::string& role) const;
    void give_back() noexcept;
    std::optional<spi::LockHolder> holder(const spi::TableNames& tables, const spi::Look& look,
                                          const spi::Wait& wait);

    /// Tells whether a pooler gives each of our transactions any server session, as far as a try to take the
    /// lock has found out: then nothing may be set or named for the session.
    bool wanders() const noexcept { return pooling_ == Pooling::transaction; }

private:
    /// golang-migrate's command hashes the URL's path with its slash, its library users the bare name.
    struct Ids {
        std::uint32_t command = 0;
        std::uint32_t library = 0;
    };
    Ids ids(const spi::TableNames& tables, const spi::Look& look) const;
    bool uses_ids() const;
    void meet_pooler(const spi::Wait& wait);
    bool take_ids(const Ids& wanted, const spi::Wait& wait);
    void free_ids();
    std::vector<spi::Value> held_values() const;
    /// Returns the session that holds a lock of which this condition on pg_locks is true.
    std::optional<spi::LockHolder> find_session(std::string_view condition, std::vector<spi::Value> values,
                                                const spi::Wait& wait);
    std::optional<spi::LockHolder> row_holder(const spi::Look& look, const spi::Wait& wait);

    Session& session_;
    const Parameters& parameters_;
    mutable Lease lease_;             ///< Also a guard is a moment to renew it.
    std::optional<Pooling> pooling_;  ///< Nothing: nobody asked yet.
    int backend_;                     ///< The process of our server session; what libpq was told until asked.
    std::optional<Ids> held_;
};

}  // namespace aether::migrate::postgres
