// SPDX-License-Identifier: MIT
// How often, how soon and how patiently a migration is tried again on a busy database.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

#include <aether/migrate/limits.hpp>

#include "../base/clock.hpp"

namespace aether::migrate::run {

/// How long is tried when Limits::retry_for says nothing.
inline constexpr std::chrono::milliseconds kRetryFor = std::chrono::minutes(10);

/// The tries of one piece of work, the first one included.
///
/// All traffic of a table queues behind a try that queues for a lock on it. So the first tries are short;
/// later ones are long enough for the server to move its own helpers out of the way. Between tries traffic
/// gets time to flow.
class Tries {
public:
    /// Counts the time from now on. Tests give a `seed`.
    Tries(const Limits& limits, Clock& clock, std::optional<std::uint32_t> seed = {});

    /// Returns how long the next try may wait for a lock; nothing: without a limit. At least 1 ms, and no
    /// more than what is left of the time for tries.
    std::optional<std::chrono::milliseconds> lock_timeout() const;

    /// Returns the same for a statement that nobody queues behind: all that is left.
    std::optional<std::chrono::milliseconds> patient_lock_timeout() const;

    /// Tells whether, after a try that failed, there is time for another one.
    bool may_try_again() const;

    /// Counts a failed try, and returns how long to wait before the next one. That one then still has time.
    std::chrono::milliseconds pause();

    /// Returns how many tries failed: how often pause() was called.
    std::size_t failed() const { return failed_; }

    /// Returns the time since the first try began.
    std::chrono::milliseconds elapsed() const;

private:
    std::chrono::milliseconds left() const;
    std::chrono::milliseconds shortest() const;

    std::optional<std::chrono::milliseconds> fixed_;  // the lock timeout of every try; nothing: the ladder
    std::chrono::milliseconds retry_for_;
    Clock& clock_;
    std::chrono::steady_clock::time_point start_;
    std::optional<std::uint32_t> seed_;
    std::optional<std::minstd_rand> random_;  // made when it is needed
    std::size_t failed_ = 0;
};

}  // namespace aether::migrate::run
