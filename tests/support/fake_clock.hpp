// SPDX-License-Identifier: MIT
// A clock that moves when somebody sleeps, so that no test waits.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

#include "../../src/base/clock.hpp"

namespace aether::migrate::testing {

class FakeClock final : public Clock {
public:
    std::function<void()> on_sleep;  ///< Is called after each sleep.
    std::chrono::milliseconds slept{0};
    std::chrono::milliseconds longest{0};

private:
    std::chrono::steady_clock::time_point do_now() override {
        return std::chrono::steady_clock::time_point(slept);
    }
    void do_sleep(std::chrono::milliseconds duration, const std::stop_token&) override {
        slept += duration;
        longest = std::max(longest, duration);
        if (on_sleep)
            on_sleep();
    }
};

}  // namespace aether::migrate::testing
