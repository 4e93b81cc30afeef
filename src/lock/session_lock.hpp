// SPDX-License-Identifier: MIT
// Waits for the migration lock by asking again and again, and gives it back.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include <aether/migrate/observer.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "../base/clock.hpp"

namespace aether::migrate::lock {

/// How long is waited for other runs when nobody says it: a replica may stand behind a long migration.
inline constexpr std::chrono::seconds kPatience = std::chrono::minutes(30);

/// Returns how long a wait for other runs may take when the caller says this about it.
std::chrono::seconds patience_of(const std::optional<std::chrono::seconds>& given);

/// How long to wait, and who hears of it.
struct LockOptions {
    /// Strict when given; 0 asks once. Not given: kPatience.
    std::optional<std::chrono::seconds> timeout{};
    std::stop_token stop{};
};

/// Holds the lock of a session until it is destroyed.
class SessionLock {
public:
    /// Never waits inside the database: a waiting statement's snapshot would deadlock with a CREATE INDEX
    /// CONCURRENTLY of the holder. The first tries are 2 ms apart, later ones up to 250 ms, each with jitter.
    /// A try that the server leaves unanswered ends after 10 to 30 s, as much as the patience allows.
    /// Throws Error: lock_timeout, whose state names the holder; cancelled.
    SessionLock(spi::Connection& connection, const spi::TableNames& tables, const spi::Look& look,
                const LockOptions& options, Clock& clock, Observer& observer);
    ~SessionLock();
    SessionLock(const SessionLock&) = delete;
    SessionLock& operator=(const SessionLock&) = delete;

private:
    spi::Connection& connection_;
};

}  // namespace aether::migrate::lock
