// SPDX-License-Identifier: MIT
// Lets one thread end another one's wait for a socket: for drivers whose client library hands out its socket.
#include <aether/migrate/spi/wake_up.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include <aether/migrate/error.hpp>

namespace aether::migrate::spi {

namespace {

// Returns poll()'s argument for a moment; -1 waits for ever.
int poll_milliseconds(const std::optional<std::chrono::steady_clock::time_point>& moment) {
    if (!moment)
        return -1;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*moment - std::chrono::steady_clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

}  // namespace

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

short WakeUp::wait_until(int socket, short events,
                         const std::optional<std::chrono::steady_clock::time_point>& moment) const noexcept {
    std::array<pollfd, 2> watched{pollfd{socket, events, 0}, pollfd{descriptor_, POLLIN, 0}};
    while (poll(watched.data(), watched.size(), poll_milliseconds(moment)) < 0 && errno == EINTR) {
    }
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(descriptor_, &count, sizeof count);
    return watched[0].revents;
}

}  // namespace aether::migrate::spi
