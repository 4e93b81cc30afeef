// SPDX-License-Identifier: MIT
// Another process: for a check as a whole, and for the other owners of a lock inside of one.
#include "process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <limits>
#include <system_error>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::conformance {

namespace {

[[noreturn]] void fail_system(const char* call) {
    throw Error(ErrorCode::internal, fmt::format("{}: {}", call, std::generic_category().message(errno)));
}

// Returns whether there is something to read, or the other end is gone.
bool is_readable_by(int descriptor, Deadline deadline) {
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        const auto limit = std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max());
        pollfd entry{descriptor, POLLIN, 0};
        const int found = ::poll(&entry, 1, static_cast<int>(limit));
        if (found > 0)
            return true;
        if (found == 0 || errno != EINTR)
            return false;
    }
}

// Never returns: what the process inherited (open sessions, buffers of output) is not its own to clean up.
[[noreturn]] void live(const std::function<void(Line&)>& work, Line& line, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent)
        ::_exit(1);  // it was gone before the line above
    int code = 0;
    try {
        work(line);
    } catch (...) {
        code = 1;  // the root of the process: its parent sees the line break
    }
    ::_exit(code);
}

}  // namespace

Line::~Line() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

void Line::send(const std::string& text) const {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t count = ::send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return;
        sent += static_cast<std::size_t>(count);
    }
}

std::optional<char> Line::receive(Deadline deadline) const {
    char byte = 0;
    if (!is_readable_by(descriptor_, deadline) || ::recv(descriptor_, &byte, 1, 0) != 1)
        return std::nullopt;
    return byte;
}

std::optional<std::string> Line::receive_all(Deadline deadline) const {
    std::string text;
    std::array<char, 4096> piece{};
    while (is_readable_by(descriptor_, deadline)) {
        const ssize_t count = ::recv(descriptor_, piece.data(), piece.size(), 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return text;
        text.append(piece.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
}

Process::Process(const std::function<void(Line&)>& work) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        fail_system("socketpair");
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        Line line(ends[1]);
        live(work, line, parent);
    }
    line_ = Line(ends[0]);
    ::close(ends[1]);
    if (pid_ < 0)
        fail_system("fork");
}

Process::~Process() {
    kill();
}

int Process::kill() {
    if (status_)
        return *status_;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    status_ = status;
    return status;
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("ended by signal {}", WTERMSIG(status));
    return fmt::format("exit {}", WEXITSTATUS(status));
}

}  // namespace aether::migrate::conformance
