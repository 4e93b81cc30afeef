// SPDX-License-Identifier: MIT
// How long a run may stand in the way of a busy database, and who stands in the way of a run.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Limits that a flag, the URL or a file's header may set; nothing: the default that stands beside it.
struct Limits {
    /// How long one try of a statement may queue for a lock on a table, while traffic queues behind it.
    /// Nothing: tries of 0.3, 0.5, 1.5, 3, 3 and then 5 s. Zero: without a limit.
    std::optional<std::chrono::milliseconds> table_lock_timeout;
    /// How long a migration is tried again after such a try, from its first one on. Nothing: 10 minutes.
    /// Zero: one try.
    std::optional<std::chrono::milliseconds> retry_for;
    /// How long the text of a file may run (with x-multi-statement each statement). Nothing or zero: no
    /// limit.
    std::optional<std::chrono::milliseconds> statement_timeout;
    /// After which silence of this process the server ends a session with an open transaction. Nothing: 60 s.
    /// Zero: never.
    std::optional<std::chrono::milliseconds> idle_timeout;
    /// How often the server looks whether this process is still there while a statement runs. Nothing: 1 s.
    /// Zero: never.
    std::optional<std::chrono::milliseconds> client_check_interval;
};

/// Returns `over` where it is set and `under` elsewhere.
AETHER_MIGRATE_EXPORT Limits combine(const Limits& over, const Limits& under);

/// What stands in the way.
enum class BlockerKind {
    session,              ///< Somebody's session.
    autovacuum,           ///< Yields to whoever waits for longer than deadlock_timeout.
    wraparound_vacuum,    ///< Never yields.
    prepared_transaction  ///< No session at all: somebody must commit it or roll it back.
};

/// Who holds, or waits in front of us for, what a statement waits for.
struct Blocker {
    BlockerKind kind = BlockerKind::session;
    std::int64_t pid = 0;  ///< 0 for a prepared transaction.
    std::string user;
    std::string application;
    std::string client;  ///< Address, or "local".
    std::string query;   ///< Its current or last statement, shortened to 200 characters, without secrets; or
                         ///< the prepared transaction's name.
    std::string state;   ///< "idle in transaction"
    std::string age;     ///< Of its transaction, as "12s".
};

}  // namespace aether::migrate::spi
