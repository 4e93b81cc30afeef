// SPDX-License-Identifier: MIT
// The only writer of the version table and the history.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "../migration/catalog.hpp"
#include "event.hpp"

namespace aether::migrate::history {

/// Writes under the migration lock. Use: look, lock, look again, then make a Store of that second look.
class Store {
public:
    /// Reads the applied versions when there is a history. Throws Error (bookkeeping_failed,
    /// connection_failed).
    /// `role` is the session's at its start, see Connection::write_guard.
    Store(spi::Connection& connection, spi::TableNames tables, spi::Look look, const Catalog& catalog,
          std::string role, const spi::Wait& wait);

    /// What the version row says now, by the look and the moves since.
    const VersionState& state() const { return state_; }

    /// The versions whose last event applied them, sorted.
    const std::vector<Version>& applied() const { return applied_; }

    /// Moves the row inside the caller's open transaction and appends the event, if there is one. The first
    /// write also makes missing tables, and lets the history adopt what others did. All of it runs in the
    /// session's first role. Throws Error (bookkeeping_failed), also when the row is not what it was under
    /// the lock, or the lock is gone.
    void write(const VersionState& to, const std::optional<Event>& event, const spi::Wait& wait);

    /// Takes the migration lock again when a file that ran bare gave it away (DISCARD ALL does).
    /// Throws Error (bookkeeping_failed) when another process has it meanwhile.
    void keep_lock(const spi::Wait& wait);

    /// Tells that the caller's transaction with write() in it was committed.
    void committed();

    /// Replaces whatever the row is, in a transaction of its own; the history says that it was forced.
    void force(const std::optional<Version>& version, const spi::Wait& wait);

private:
    std::string version_table() const;
    std::vector<spi::BoundStatement> preparation();
    [[noreturn]] void fail(std::string message, std::string hint) const;
    std::vector<spi::BoundStatement> appends(std::vector<Event> events);

    spi::Connection& connection_;
    spi::TableNames tables_;
    spi::Look look_;
    const Catalog& catalog_;
    std::string role_;
    std::vector<Version> applied_;
    std::vector<Version> written_applied_;
    Author author_;
    VersionState state_;
    VersionState written_;
    bool replace_ = false;  // the rows are such that a plain move can't describe them
    bool prepared_ = false;
};

/// Returns user and host of this process, as "deploy@web-3".
std::string client_name();

}  // namespace aether::migrate::history
