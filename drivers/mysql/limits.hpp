// SPDX-License-Identifier: MIT
// The server's own limits for this session: whose they are, and the statements that set ours.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "session.hpp"

namespace aether::migrate::mysql {

/// The servers count in whole seconds, so a limit is at least one second. What somebody set (a configuration
/// file, the URL) is told by not being the server's default; it is theirs, and only an explicit limit changes
/// it.
class SessionLimits {
public:
    /// Reads once whose the settings are, and sets after which silence of this process the server ends a
    /// session with an open transaction (MariaDB only). Call it outside of a transaction block. Throws Error
    /// (connection_failed, cancelled, bookkeeping_failed).
    void prepare(Session& session, const spi::Limits& limits, const spi::Wait& wait);

    /// See spi::Connection::limit_locks; empty before prepare(). The settings hold until the next ones.
    std::vector<spi::BoundStatement> limit_locks(std::optional<std::chrono::milliseconds> lock);

    /// How long a statement waits for a lock, as far as was asked for; zero: as the server has it.
    std::chrono::milliseconds lock_timeout() const { return asked_.value_or(std::chrono::milliseconds{0}); }

private:
    void learn(Session& session, const spi::Wait& wait);

    bool known_ = false;
    bool theirs_ = false;         ///< Somebody else limits the wait for locks.
    bool explicit_lock_ = false;  ///< The limit on locks is the user's.
    std::chrono::seconds metadata_{0};
    std::chrono::seconds rows_{0};
    std::optional<std::chrono::seconds> idle_;      ///< At the session's start; nothing: the server has none.
    std::optional<std::chrono::seconds> set_idle_;  ///< What we set last.
    std::optional<std::chrono::milliseconds> asked_;
};

}  // namespace aether::migrate::mysql
