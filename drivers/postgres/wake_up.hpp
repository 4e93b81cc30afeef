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

    int descriptor() const noexcept { return descriptor_; }
    void signal() const noexcept;
    void clear() const noexcept;

private:
    int descriptor_ = -1;
};

}  // namespace aether::migrate::postgres
