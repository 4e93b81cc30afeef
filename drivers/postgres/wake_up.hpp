// SPDX-License-Identifier: MIT
// Lets one thread end another one's wait for a socket.
#pragma once

namespace aether::migrate::postgres {

/// A file descriptor that another thread makes readable: it wakes the loop that waits for the server.
class WakeUp {
public:
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    void signal() const noexcept;
    /// Waits until poll()'s `events` happen on a socket, a signal comes or the milliseconds are over; -1
    /// waits for ever. Takes the signal.
    void wait_for(int socket, short events, int milliseconds) const noexcept;

private:
    int descriptor_ = -1;
};

}  // namespace aether::migrate::postgres
