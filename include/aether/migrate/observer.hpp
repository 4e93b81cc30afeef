// SPDX-License-Identifier: MIT
// What a caller can hear while an operation runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <aether/migrate/error.hpp>
#include <aether/migrate/export.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate {

/// Listens to an operation. Every hook does nothing unless it is overridden.
///
/// Threads: hooks are called on the thread that called the operation. They can't call the migrator, see
/// there, but may destroy it. What they throw ends the operation where it stands and arrives at its caller as
/// it is; the step under way is rolled back, or left dirty where no transaction holds it.
class AETHER_MIGRATE_EXPORT Observer {
public:
    virtual ~Observer();
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    void step_started(const StepReport& step) { on_step_started(step); }
    void step_finished(const StepReport& step) { on_step_finished(step); }
    void waiting_for_lock(const std::optional<spi::LockHolder>& holder, std::chrono::seconds waited) {
        on_waiting_for_lock(holder, waited);
    }
    void blocked(const std::vector<spi::Blocker>& blockers) { on_blocked(blockers); }
    void trying_again(const StepReport& step, const ErrorDetails& why, std::size_t tries,
                      std::chrono::milliseconds pause) {
        on_trying_again(step, why, tries, pause);
    }
    void notice(const spi::Notice& notice) { on_notice(notice); }
    void warning(std::string_view text) { on_warning(text); }

private:
    /// A step's file is read and about to run; the durations are not known yet, but for `read`.
    virtual void on_step_started(const StepReport& step);
    /// A step is durable.
    virtual void on_step_finished(const StepReport& step);
    /// Another process holds the lock. Called once at the first wait and then every few seconds.
    virtual void on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                                     std::chrono::seconds waited);
    /// A statement of a migration waits for others, as far as they are seen. Called once soon after the wait
    /// began and then every few seconds.
    virtual void on_blocked(const std::vector<spi::Blocker>& blockers);
    /// A step that others were in the way of is undone and will be tried again after a pause. `why.message`
    /// is one short line, as "lock not granted in 300ms"; `tries` failed so far.
    virtual void on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t tries,
                                 std::chrono::milliseconds pause);
    /// The server said something: NOTICE, WARNING.
    virtual void on_notice(const spi::Notice& notice);
    /// The engine found something that a person should know and that stops nothing.
    virtual void on_warning(std::string_view text);
};

}  // namespace aether::migrate
