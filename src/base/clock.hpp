// SPDX-License-Identifier: MIT
// Time, so that tests need not wait for it.
#pragma once

#include <chrono>
#include <stop_token>

namespace aether::migrate {

/// The longest wait, ten years: more than that means without an end, and would overflow the clock.
inline constexpr std::chrono::seconds kLongestWait = std::chrono::hours(10 * 365 * 24);

/// Where the engine takes time from. Threads: one at a time.
class Clock {
public:
    virtual ~Clock() = default;
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    std::chrono::steady_clock::time_point now() { return do_now(); }
    /// Returns early when a stop is requested.
    void sleep(std::chrono::milliseconds duration, const std::stop_token& stop) { do_sleep(duration, stop); }

private:
    virtual std::chrono::steady_clock::time_point do_now() = 0;
    virtual void do_sleep(std::chrono::milliseconds duration, const std::stop_token& stop) = 0;
};

/// The machine's own clock.
class SystemClock final : public Clock {
    std::chrono::steady_clock::time_point do_now() override;
    void do_sleep(std::chrono::milliseconds duration, const std::stop_token& stop) override;
};

}  // namespace aether::migrate
