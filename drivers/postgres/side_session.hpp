// SPDX-License-Identifier: MIT
// A second session with the same server that never makes its owner wait.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include <libpq-fe.h>

#include "parameters.hpp"
#include "session.hpp"

namespace aether::migrate::postgres {

/// Driven by advance(), one text at a time. What goes wrong is a state, never an exception: its owner can
/// do without it. Threads: one at a time.
class SideSession {
public:
    enum class State {
        connecting,
        idle,  ///< A statement may be sent; result() holds the last one's.
        busy,  ///< Waits for the server.
        lost   ///< No session, and none will come.
    };

    /// Begins to connect.
    explicit SideSession(const Parameters& parameters) noexcept;

    /// Does what can be done without waiting.
    State advance() noexcept;
    /// Advances until the session is idle or lost, but not beyond a moment or a stop.
    State wait_until(std::chrono::steady_clock::time_point limit, const std::stop_token& stop) noexcept;

    /// Sends a text of any number of statements; only while idle.
    void send(const std::string& text);
    /// Returns the last result of the last text; nullptr before.
    const PGresult* result() const noexcept { return result_.get(); }

private:
    void connect_on() noexcept;
    void read_on() noexcept;
    short awaited_events() const noexcept;

    ConnectionPointer connection_;
    ResultPointer result_;
    PostgresPollingStatusType polling_ = PGRES_POLLING_WRITING;
    State state_ = State::connecting;
};

}  // namespace aether::migrate::postgres
