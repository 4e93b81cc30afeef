// SPDX-License-Identifier: MIT
// Turns a moment into a stop, so that whatever obeys a stop obeys a deadline too.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

#include <aether/migrate/stop.hpp>

namespace aether::migrate::run {

/// Stop tokens that are requested by the caller's and, up to roll_back, by a deadline. Without one they are
/// the caller's own, and no thread is made.
class Deadline {
public:
    Deadline(const StopTokens& caller, const std::optional<std::chrono::steady_clock::time_point>& moment);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    const StopTokens& tokens() const { return tokens_; }

private:
    using Forward = std::stop_callback<std::function<void()>>;

    void pass();

    StopTokens tokens_;
    std::stop_source finish_;
    std::stop_source roll_back_;
    std::optional<Forward> on_finish_;
    std::optional<Forward> on_roll_back_;
    std::jthread timer_;  // the last member: it ends before what it uses
};

}  // namespace aether::migrate::run
