// SPDX-License-Identifier: MIT
// Looks, while a text waits, over a second session who stands in its way.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

/// Watches one text after the other of one session. The second session is opened when a text first waits and
/// closed at its end. Connecting and each question take a second at most, on the thread that waits. What goes
/// wrong there (no PROCESS privilege, say) ends the looking, not the text. Threads: as the session.
///
/// Of a lock on a row the server tells who holds it. Of a lock on a whole table it does not, unless a plugin
/// is installed: then those are told who have a transaction open, oldest first.
class Watcher {
public:
    using Listener = std::function<void(const std::vector<spi::Blocker>&)>;

    /// Session and parameters outlive the watcher.
    Watcher(const Session& watched, const Parameters& parameters)
        : watched_(watched), parameters_(parameters) {}

    void on_blocked(Listener listener) { listener_ = std::move(listener); }

    void start(const spi::Wait& wait, std::chrono::milliseconds lock_timeout);
    /// Looks when it is time for it; does nothing when no text runs. Throws what the listener throws.
    void script_waits(std::chrono::milliseconds waited);
    /// Closes the second session.
    void stop() noexcept;

    /// Whom the text waited for at the last look; empty: for nobody, or nobody looked.
    const std::vector<spi::Blocker>& blockers() const { return blockers_; }

private:
    std::vector<spi::Blocker> look();
    std::vector<spi::Blocker> ask(std::string_view text, const spi::Wait& wait);

    const Session& watched_;
    const Parameters& parameters_;
    Listener listener_;
    std::stop_token stop_;
    bool running_ = false;
    std::unique_ptr<Session> session_;
    std::chrono::milliseconds first_look_{0};
    std::chrono::milliseconds waited_{0};
    std::chrono::milliseconds look_at_{0};  ///< How long the text must have waited for the next look.
    std::vector<spi::Blocker> blockers_;
};

/// The time of one text.
class Watch {
public:
    Watch(Watcher& watcher, const spi::Wait& wait, std::chrono::milliseconds lock_timeout)
        : watcher_(watcher) {
        watcher_.start(wait, lock_timeout);
    }
    ~Watch() { watcher_.stop(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

private:
    Watcher& watcher_;
};

}  // namespace aether::migrate::mysql
