// SPDX-License-Identifier: MIT
// Looks, while a script waits, over a second session who stands in its way.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "limits.hpp"
#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// Returns what kind of blocker it is. `backend_type` as pg_stat_activity has it; "prepared transaction" and
/// "hidden" (a process of the database without a user, which the role may not look into) are ours. `overdue`:
/// the table is older than autovacuum_freeze_max_age, for what is hidden.
spi::BlockerKind kind_of(std::string_view backend_type, std::string_view query, bool overdue);

/// Returns a statement as it may be shown: white space folded, without secrets, at most 200 characters.
std::string shown_query(std::string_view query);

/// Puts the blockers into a failure that came of waiting for them, with a hint where the limit on locks was
/// too short to move an autovacuum away.
void name_blockers(spi::ScriptFailure& failure, std::vector<spi::Blocker> blockers,
                   std::chrono::milliseconds lock_timeout, std::chrono::milliseconds deadlock_timeout);

/// What a watcher must know of a script.
struct WatchedScript {
    spi::Wait wait;
    std::chrono::milliseconds lock_timeout{0};  ///< Zero: without a limit.
    std::optional<Backend> backend;             ///< Nothing: it is not known, so nobody looks.
};

/// Watches one script after the other of one session. The second session is opened when a script first waits
/// and closed at its end; between its questions it holds neither a snapshot nor a lock. Connecting and each
/// question take a second at most, on the thread that waits. What goes wrong there ends the looking, not the
/// script. Threads: as the session.
class Watcher {
public:
    using Listener = std::function<void(const std::vector<spi::Blocker>&)>;

    /// Session and parameters outlive the watcher.
    Watcher(const Session& watched, const Parameters& parameters)
        : watched_(watched), parameters_(parameters) {}

    void on_blocked(Listener listener) { listener_ = std::move(listener); }

    void start(WatchedScript script);
    /// Looks when it is time for it; does nothing when no script runs. Throws what the listener throws.
    void script_waits(std::chrono::milliseconds waited);
    /// Closes the second session.
    void stop() noexcept;

    /// Whom the script waited for at the last look; empty: for nobody, or nobody looked.
    const std::vector<spi::Blocker>& blockers() const { return blockers_; }

private:
    void start_wait();
    std::vector<spi::Blocker> look();

    const Session& watched_;
    const Parameters& parameters_;
    Listener listener_;
    std::optional<WatchedScript> script_;  ///< Nothing: no script runs, or looking failed.
    std::unique_ptr<Session> session_;
    std::chrono::milliseconds first_look_{0};
    std::chrono::milliseconds waited_{0};
    std::chrono::milliseconds look_at_{0};  ///< How long the script must have waited for the next look,
    std::chrono::milliseconds tell_at_{0};  ///< and for the listener to hear of it.
    std::vector<spi::Blocker> blockers_;
};

/// The time of one script.
class Watch {
public:
    Watch(Watcher& watcher, WatchedScript script) : watcher_(watcher) { watcher_.start(std::move(script)); }
    ~Watch() { watcher_.stop(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    Watcher& watcher_;
};

}  // namespace aether::migrate::postgres
