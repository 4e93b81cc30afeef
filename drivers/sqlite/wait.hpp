// SPDX-License-Identifier: MIT
// Ends a statement in time: while it waits for another connection's lock, and while it runs.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sqlite3.h>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::sqlite {

/// Why a statement was ended from our side.
enum class EndedBy {
    nobody,
    stop,       ///< Somebody asked.
    deadline,   ///< Its time was over.
    lock_limit  ///< Another connection held a lock for longer than we may wait.
};

/// The busy handler and the progress handler of one connection. Lives as long as it.
class Waiter {
public:
    using Listener = std::function<void(const std::vector<spi::Blocker>&)>;

    Waiter() = default;
    ~Waiter() = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;

    /// Sets both handlers. Again after a text of a file, which may have put others in their place (PRAGMA
    /// busy_timeout does). `file` names the database for find_lock_holders().
    void install(sqlite3* database, std::string file);

    /// See spi::Connection::on_blocked.
    void on_blocked(Listener listener) { listener_ = std::move(listener); }

    /// Whether the call must end now: SQLite asks only within long statements.
    bool must_end();
    /// Why the last call was ended.
    EndedBy ended_by() const { return ended_by_; }
    /// Who was in the way when the last call's patience ended, as far as seen.
    const std::vector<spi::Blocker>& last_seen() const { return seen_; }
    /// Throws Error (cancelled) when somebody asked for the end of the last call, and what the listener
    /// threw.
    void rethrow();

private:
    friend class WaitScope;

    static int busy(void* self, int tries);
    static int progress(void* self);
    bool may_wait(int tries);
    void tell();

    Listener listener_;
    std::string file_;
    const spi::Wait* wait_ = nullptr;
    std::optional<std::chrono::milliseconds> lock_limit_;
    std::chrono::steady_clock::time_point since_;
    std::chrono::steady_clock::time_point next_tell_;
    EndedBy ended_by_ = EndedBy::nobody;
    std::vector<spi::Blocker> seen_;
    std::exception_ptr thrown_;
};

/// For the time of one call: how long it may take, and how long it may wait for other connections (nothing:
/// no longer than the whole call).
class WaitScope {
public:
    WaitScope(Waiter& waiter, const spi::Wait& wait, std::optional<std::chrono::milliseconds> lock_limit);
    WaitScope(const WaitScope&) = delete;
    WaitScope& operator=(const WaitScope&) = delete;
    ~WaitScope();

private:
    Waiter& waiter_;
};

}  // namespace aether::migrate::sqlite
