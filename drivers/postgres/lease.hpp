// SPDX-License-Identifier: MIT
// The lock table of golang-migrate's pgx driver: its row as the mutex, and beside it a lease that says whose
// the row is and for how long.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"
#include "side_session.hpp"

namespace aether::migrate::postgres {

/// What is known of whoever has the row.
struct LeaseHolder {
    bool leased = false;        ///< False: golang-migrate's row, or a person's.
    bool expired = false;       ///< No heartbeat came in time.
    std::string token;          ///< The holder's own, while leased.
    std::string row_version;    ///< Of the row: the transaction that wrote it.
    std::string owner;          ///< "ann@host, APPLICATION"
    std::string session;        ///< See backend.hpp; empty when the holder's transactions wander.
    std::string session_state;  ///< "alive", "gone", "unknown", "wanders"
    std::string heartbeat_age;  ///< In seconds.
};

/// Two tables in the session's schema:
///     LOCK        lock_id bigint primary key         golang-migrate's; its INSERT wants this one column
///     LOCK_lease  lock_id bigint primary key
///                 token text         random, the owner's; whoever changes the lease compares it first
///                 row_version text   xmin of the row that this lease belongs to
///                 owner text         "ann@host, APPLICATION", for people
///                 session text       the owner's server session, see backend.hpp; empty: wanders
///                 heartbeat_at, expires_at timestamptz
///
/// The row is the mutex, as for golang-migrate. A row without a lease of the same row_version is not ours to
/// clear. A takeover leaves the row in place and writes it anew, so that its xmin is what fences: each of our
/// transactions ends with a lock on the row of the version that it took, and a takeover locks that row first.
class Lease {
public:
    Lease(Session& session, const Parameters& parameters) : session_(session), parameters_(parameters) {}

    /// Takes the row without waiting, from nobody or from an owner whose lease ran out and whose session is
    /// gone. `wanders`: a pooler gives each transaction another session.
    bool try_take(const spi::Look& look, bool wanders, const spi::Wait& wait);
    bool held() const noexcept { return !row_version_.empty(); }

    /// Returns a query with one row while the row is ours, and which keeps it so until the transaction block
    /// ends. `condition` is an SQL expression over `values`, $1 on.
    spi::BoundStatement guard(const std::string& condition, std::vector<spi::Value> values) const;
    /// The same for outside of a block, whatever role a file left behind.
    spi::BoundStatement check(const std::string& condition, std::vector<spi::Value> values) const;

    /// Renews the lease when it is time to, without waiting for anything: to be called often.
    void pulse() noexcept;
    /// Removes row and lease if they are still ours.
    void give_back() noexcept;

    /// Returns who has the row; nothing when it is free.
    std::optional<LeaseHolder> find_holder(const spi::Look& look, const spi::Wait& wait);
    /// Returns the lock table's name, quoted and with its schema.
    std::string lock_table(const spi::Look& look) const { return tables(look).lock; }
    /// Returns what a person types to free the row.
    std::string clearing(const spi::Look& look) const;

private:
    struct Tables {
        std::string lock;   ///< Quoted, with its schema.
        std::string lease;  ///< The same.
        std::string id;
    };
    Tables tables(const spi::Look& look) const;

    /// What a statement of ours met.
    enum class Obstacle { none, passing, missing_table };
    static Obstacle obstacle_of(const PGresult* result);
    struct Block {
        Obstacle obstacle = Obstacle::none;
        ResultPointer result;  ///< The statement's; nothing when an obstacle stopped the block.
        bool committed = false;
    };
    /// Runs a statement in a block of its own, which waits a second at most for each table. An obstacle
    /// leaves the block open: the caller has a RollbackGuard.
    Block run_block(spi::BoundStatement statement, const spi::Wait& wait);

    bool is_still_ours(const spi::Wait& wait) const;
    bool make_tables(const spi::Wait& wait);
    bool take_free(const spi::Wait& wait);
    bool take_over(const LeaseHolder& old, const spi::Wait& wait);
    bool take_with(spi::BoundStatement statement, const spi::Wait& wait);
    std::vector<spi::Value> new_lease() const;
    std::string heartbeat_text() const;

    Session& session_;
    const Parameters& parameters_;
    Tables tables_;
    std::string role_;  ///< The session's at its start: a file may leave another one.
    bool wanders_ = false;
    bool tables_exist_ = false;  ///< They were seen or made.
    std::string token_;
    std::string row_version_;  ///< Empty: the row is not ours.
    enum class Beat { resting, connecting, sent };
    Beat beat_ = Beat::resting;
    std::unique_ptr<SideSession> heartbeat_;
    std::chrono::steady_clock::time_point next_beat_;
    std::chrono::steady_clock::time_point beat_limit_;  ///< When a heartbeat under way is given up.
};

}  // namespace aether::migrate::postgres
