// SPDX-License-Identifier: MIT
// Finds out what became of a commit whose answer was lost.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <aether/migrate/observer.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/stop.hpp>

#include "../base/clock.hpp"

namespace aether::migrate::run {

/// Opens another session like the one that was lost. Throws Error (connection_failed, cancelled).
using Reopen = std::function<std::unique_ptr<spi::Connection>(const spi::Wait& wait)>;

/// A commit that moves the version row.
struct LostCommit {
    const spi::TableNames& tables;
    std::string session;  ///< Whose commit it was; empty: its name is not known.
    VersionState before;
    VersionState after;
};

enum class Outcome { committed, rolled_back, unknown };

/// Asks on new sessions, for up to 2 minutes, or until `stop.abort`. A version row that says `after` is
/// enough for a yes. A no takes two things in this order: the lost session is gone from the server (until
/// then it may still commit: a server may merely have been paused), and after that the row says `before`.
/// `reopen` may be empty: unknown. Never throws Error.
Outcome find_outcome(const LostCommit& commit, const Reopen& reopen, Clock& clock, Observer& observer,
                     const StopTokens& stop);

}  // namespace aether::migrate::run
