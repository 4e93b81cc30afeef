// SPDX-License-Identifier: MIT
// The migration lock: golang-migrate's advisory ids, or the row that its pgx driver can use instead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// Taken and given back by polling only: a waiter inside pg_advisory_lock() would deadlock with a holder that
/// runs CREATE INDEX CONCURRENTLY, which waits for every older snapshot (PostgreSQL 15, observed;
/// golang-migrate issue 960).
class MigrationLock {
public:
    MigrationLock(Session& session, const Parameters& parameters)
        : session_(session), parameters_(parameters) {}

    bool try_take(const spi::TableNames& tables, const spi::Look& look, const spi::Wait& wait);
    /// Returns a query that gives one row while the ids are held; nothing when they are not ours.
    std::optional<spi::BoundStatement> check() const;
    /// See spi::Connection::write_guard.
    std::vector<spi::BoundStatement> guard(const std::string& role) const;
    void give_back() noexcept;
    std::optional<spi::LockHolder> holder(const spi::TableNames& tables, const spi::Look& look,
                                          const spi::Wait& wait);

private:
    /// golang-migrate's command hashes the URL's path with its slash, its library users the bare name.
    struct Ids {
        std::uint32_t command = 0;
        std::uint32_t library = 0;
    };
    Ids ids(const spi::TableNames& tables, const spi::Look& look) const;
    bool try_take_row(const spi::Look& look, const spi::Wait& wait);
    void make_lock_table(const std::string& table, const spi::Wait& wait);
    void require(const ResultPointer& result, std::string_view statement) const;
    std::string lock_table(const spi::Look& look) const;

    Session& session_;
    const Parameters& parameters_;
    std::optional<Ids> held_;
    std::optional<std::string> held_row_;  ///< The statement that removes our row of the lock table.
    bool row_table_exists_ = false;        ///< The lock table was seen or made.
};

}  // namespace aether::migrate::postgres
