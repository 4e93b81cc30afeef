// SPDX-License-Identifier: MIT
// Time, so that tests need not wait for it.
#include "clock.hpp"

#include <condition_variable>
#include <mutex>

namespace aether::migrate {

std::chrono::steady_clock::time_point SystemClock::do_now() {
    return std::chrono::steady_clock::now();
}

void SystemClock::do_sleep(std::chrono::milliseconds duration, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock guard(mutex);
    wake.wait_for(guard, stop, duration, [] { return false; });
}

}  // namespace aether::migrate
