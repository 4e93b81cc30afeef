// SPDX-License-Identifier: MIT
// Takes and frees the lock of a scratch server.
#include "scratch_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "scratch_failure.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

constexpr std::chrono::milliseconds kPause{10};

// Whoever drops a server removes its lock file while others wait for it: they would hold a file that nobody
// sees.
bool is_still_there(const Descriptor& file, const std::string& path) noexcept {
    struct stat held{};
    struct stat named{};
    return fstat(file.get(), &held) == 0 && lstat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

// For whoever waits and gives up; the lock itself is the kernel's.
void sign(const Descriptor& file) noexcept {
    const std::string text = std::to_string(getpid()) + "\n";
    if (ftruncate(file.get(), 0) == 0) {
        // A full disk only costs the number in a message.
        static_cast<void>(pwrite(file.get(), text.data(), text.size(), 0) < 0);
    }
}

std::string holder_of(const Place& place) {
    std::string text = load_text(place.lock).value_or(std::string());
    text.erase(std::min(text.find('\n'), text.size()));
    return text.empty() ? "another process" : "process " + text;
}

}  // namespace

std::optional<Lock> Lock::try_take(const Place& place) {
    Descriptor file(open(place.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (file.get() < 0) {
        if (errno == ENOENT) {
            return std::nullopt;
        }
        fail_system(fmt::format("cannot open {}", place.lock), errno);
    }
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK || errno == EINTR) {
            return std::nullopt;
        }
        fail_system(fmt::format("cannot lock {}", place.lock), errno);
    }
    if (!is_still_there(file, place.lock)) {
        return std::nullopt;
    }
    sign(file);
    return Lock(std::move(file));
}

Lock::~Lock() {
    if (file_.get() >= 0) {
        // Closing is not enough while a process that another thread forked has a copy of the descriptor.
        flock(file_.get(), LOCK_UN);
    }
}

void await_lock(const Place& place, Deadline until) {
    if (std::chrono::steady_clock::now() > until) {
        Failure failure;
        failure.message =
            fmt::format("gave up waiting for scratch server \"{}\": {} is making, starting or stopping it",
                        place.name, holder_of(place));
        failure.hint = fmt::format("look at that process, and at the server's log {}", place.log);
        fail(std::move(failure));
    }
    std::this_thread::sleep_for(kPause);
}

}  // namespace aether::migrate::postgres::scratch
