// SPDX-License-Identifier: MIT
// Turns a moment into a stop, so that whatever obeys a stop obeys a deadline too.
#include "deadline.hpp"

#include <condition_variable>
#include <mutex>

namespace aether::migrate::run {

Deadline::Deadline(const StopTokens& caller,
                   const std::optional<std::chrono::steady_clock::time_point>& moment)
    : tokens_(caller) {
    if (!moment)
        return;
    tokens_.finish = finish_.get_token();
    tokens_.roll_back = roll_back_.get_token();
    on_finish_.emplace(caller.finish, [this] { finish_.request_stop(); });
    on_roll_back_.emplace(caller.roll_back, [this] { roll_back_.request_stop(); });
    if (*moment <= std::chrono::steady_clock::now()) {
        pass();
        return;
    }
    timer_ = std::jthread([this, moment = *moment](const std::stop_token& ended) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock guard(mutex);
        wake.wait_until(guard, ended, moment, [] { return false; });
        if (!ended.stop_requested())
            pass();
    });
}

Deadline::~Deadline() = default;

void Deadline::pass() {
    finish_.request_stop();
    roll_back_.request_stop();
}

}  // namespace aether::migrate::run
