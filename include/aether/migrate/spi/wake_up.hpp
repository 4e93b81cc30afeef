// SPDX-License-Identifier: MIT
// Lets one thread end another one's wait for a socket: for drivers whose client library hands out its socket.
#pragma once

#include <chrono>
#include <optional>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// A file descriptor that another thread makes readable: it wakes the loop that waits for the server.
/// Threads: signal() from any, wait_until() from one at a time.
class AETHER_MIGRATE_EXPORT WakeUp {
public:
    /// Throws Error (internal) when the system has no descriptor left.
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    void signal() const noexcept;
    /// Waits until poll()'s `events` happen on a socket, a signal comes or the moment has passed; without one
    /// for ever, which only an operation of the server itself may do. Takes the signal. Returns what happened
    /// on the socket, in poll()'s bits. A moment more than an hour away is waited
    /// for in parts: it may return early.
    short wait_until(int socket, short events,
                     const std::optional<std::chrono::steady_clock::time_point>& moment) const noexcept;

private:
    int descriptor_ = -1;
};

}  // namespace aether::migrate::spi
