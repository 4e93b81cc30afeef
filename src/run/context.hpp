// SPDX-License-Identifier: MIT
// What the operations of a run share.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

#include <aether/migrate/code_migration.hpp>
#include <aether/migrate/observer.hpp>
#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/spi/source.hpp>
#include <aether/migrate/stop.hpp>

#include "../base/clock.hpp"
#include "../history/store.hpp"
#include "../lock/session_lock.hpp"
#include "../migration/catalog.hpp"
#include "outcome.hpp"

namespace aether::migrate::run {

/// What is found at a session's first look and holds for all of it: a file may change the search_path and the
/// role.
struct SessionStart {
    spi::TableNames tables;  ///< The schema is filled in by the first look.
    std::optional<std::string> role;
};

/// What runs share; everything outlives them.
struct RunContext {
    spi::Connection& connection;
    spi::Source& source;
    const Catalog& catalog;
    const spi::Settings& settings;
    SessionStart& start;
    Clock& clock;
    Observer& observer;
    std::optional<std::chrono::seconds> lock_timeout;
    spi::Limits limits;  ///< Of flags or options: they count before a file's header and the URL.
    Reopen reopen;       ///< May be empty.
    StopTokens stop;
    std::span<const CodeMigration> code{};
};

/// For statements of the engine's own: until the bookkeeping limit, or until a stop that may roll back.
spi::Wait waiting(const RunContext& context);

/// The stop that ends a wait as long as nothing runs: `finish`. One that was requested earlier (at a
/// question, say) ends nothing of what comes now: `roll_back` then.
const std::stop_token& stop_of_waiting(const RunContext& context);

/// Looks before the lock is taken; a stop that comes meanwhile ends it. Throws Error (cancelled) when one
/// that rolls back was requested before. Throws Error when the session has no schema for unqualified names.
spi::Look first_look(const RunContext& context);

/// Looks again, under the lock.
spi::Look look_at(const RunContext& context);

/// Throws Error (bookkeeping_failed, unsupported) when the role or the session can't write our tables.
void refuse_unable(const spi::Look& look);

/// Waits for the migration lock; `stop` ends the waiting.
lock::SessionLock take_lock(const RunContext& context, const spi::Look& look, const std::stop_token& stop);

/// Makes the writer of our tables from a look that was made under the lock.
history::Store make_store(const RunContext& context, const spi::Look& look);

}  // namespace aether::migrate::run
