// SPDX-License-Identifier: MIT
// A file descriptor by which another thread wakes the loop that waits for the server.
#include "wake_up.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include <aether/migrate/error.hpp>

namespace aether::migrate::mysql {

WakeUp::WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0)
        throw Error(ErrorCode::internal, "can't make an event descriptor");
}

WakeUp::~WakeUp() {
    close(descriptor_);
}

void WakeUp::signal() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

void WakeUp::clear() const noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(descriptor_, &count, sizeof count);
}

}  // namespace aether::migrate::mysql
