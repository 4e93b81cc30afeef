// SPDX-License-Identifier: MIT
// Limits, as drivers know them, and who stands in the way of a run.
#pragma once

#include <cstdint>
#include <string>

#include <aether/migrate/limits.hpp>

namespace aether::migrate::spi {

using aether::migrate::combine;
using aether::migrate::Limits;

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
