// SPDX-License-Identifier: MIT
// SIGTERM, SIGINT and the server's own failures as requests to end.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

#include <aether/migrate/stop.hpp>

namespace aether::server {

/// Why the server is to end.
enum class StopCause {
    none,
    interrupted,   ///< SIGINT
    terminated,    ///< SIGTERM
    listener_lost  ///< The HTTP server takes no connections any more.
};

/// Takes both signals for the whole process while it lives. Make it before any other thread.
///
/// The first request rolls a migration back where that leaves no trace, and otherwise lets it finish; the
/// second one cancels it. Threads: any.
class StopRequests {
public:
    StopRequests();
    ~StopRequests();
    StopRequests(const StopRequests&) = delete;
    StopRequests& operator=(const StopRequests&) = delete;

    migrate::StopTokens tokens() const {
        return {finish_.get_token(), roll_back_.get_token(), abort_.get_token()};
    }

    /// Returns the cause of the first request.
    StopCause cause() const noexcept { return cause_; }

    /// Waits for the first request.
    void wait() const noexcept { cause_.wait(StopCause::none); }

    void request(StopCause cause);

private:
    void listen();

    std::atomic<StopCause> cause_ = StopCause::none;
    std::atomic<bool> ended_ = false;
    std::stop_source finish_;
    std::stop_source roll_back_;
    std::stop_source abort_;
    std::thread listener_;
};

}  // namespace aether::server
