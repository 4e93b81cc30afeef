// SPDX-License-Identifier: MIT
// A file descriptor by which another thread wakes the loop that waits for the server.
#pragma once

namespace aether::migrate::mysql {

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

}  // namespace aether::migrate::mysql
