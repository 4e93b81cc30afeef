// SPDX-License-Identifier: MIT
// Lets one thread end another one's wait for a socket.
#include "wake_up.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include <aether/migrate/error.hpp>

namespace aether::migrate::postgres {

WakeUp::WakeUp() : descriptor_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) {
        throw Error(ErrorCode::internal, "can't make an event descriptor");
    }
}

WakeUp::~WakeUp() {
    close(descriptor_);
}

void WakeUp::signal() const noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(descriptor_, &one, sizeof one);
}

void WakeUp::wait_for(int socket, short events, int milliseconds) const noexcept {
    std::array<pollfd, 2> watched{pollfd{socket, events, 0}, pollfd{descriptor_, POLLIN, 0}};
    while (poll(watched.data(), watched.size(), milliseconds) < 0 && errno == EINTR) {
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(descriptor_, &count, sizeof count);
}

}  // namespace aether::migrate::postgres
