// SPDX-License-Identifier: MIT
// Prepares a child process, and hears from its monitor how it ended.
#include "scratch_child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "scratch_failure.hpp"
#include "scratch_monitor.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

// Above 0, 1, 2 and the channel's place: see run_program.
constexpr int kFirstDescriptor = 10;
// No secret of ours (DATABASE_URL, PGPASSWORD) may be read from the server's environment, and none of its
// settings may come from there: only what a program needs to run at all.
constexpr std::array<const char*, 3> kKeptVariables{"PATH", "TZ", "LD_LIBRARY_PATH"};

// Blocks all signals in this thread: no handler of the application may run in a forked process.
class SignalsBlocked {
public:
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

Descriptor copied(const Descriptor& from) {
    Descriptor copy(fcntl(from.get(), F_DUPFD_CLOEXEC, kFirstDescriptor));
    if (copy.get() < 0) {
        fail_system("cannot copy a descriptor", errno);
    }
    return copy;
}

std::pair<Descriptor, Descriptor> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        fail_system("cannot make a pipe", errno);
    }
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor open_null(int flags) {
    Descriptor file(open("/dev/null", flags | O_CLOEXEC));
    if (file.get() < 0) {
        fail_system("cannot open /dev/null", errno);
    }
    return file;
}

// A pipe that holds the text and then ends.
Descriptor readable(const std::string& text) {
    if (text.empty()) {
        return copied(open_null(O_RDONLY));
    }
    auto [from, into] = make_pipe();
    if (text.size() > PIPE_BUF ||
        write(into.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        fail({ErrorCode::internal, "the input of a program does not fit into a pipe"});
    }
    return copied(from);
}

std::vector<std::string> child_environment() {
    std::vector<std::string> environment{"LC_ALL=C"};
    for (const char* const name : kKeptVariables) {
        const char* const value = std::getenv(name);
        if (value != nullptr) {
            environment.push_back(fmt::format("{}={}", name, value));
        }
    }
    return environment;
}

// The form that execve takes; lives as long as `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

int descriptor_limit() noexcept {
    const long limit = sysconf(_SC_OPEN_MAX);
    return limit < 0 ? 1024 : static_cast<int>(std::min<long>(limit, INT_MAX));
}

// Sleeps until there is something to read; false at the deadline.
bool is_readable_by(const Descriptor& channel, Deadline until) {
    while (true) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        pollfd look{channel.get(), POLLIN, 0};
        const int found =
            poll(&look, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX)));
        if (found > 0) {
            return true;
        }
        if (found == 0 && left.count() <= 0) {
            return false;
        }
        if (found < 0 && errno != EINTR) {
            fail_system("cannot wait for a program", errno);
        }
    }
}

}  // namespace

Child::Child(const Command& command, Abandoned abandoned)
    : program_(command.program), folder_(command.folder), identity_(command.identity) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        fail_system("cannot make a socket pair", errno);
    }
    channel_ = copied(Descriptor(ends[0]));
    const Descriptor theirs = copied(Descriptor(ends[1]));
    const Descriptor input = readable(command.input);
    const Descriptor nobody = open_null(O_WRONLY);
    const Descriptor output = copied(command.output == nullptr ? nobody : *command.output);
    std::vector<std::string> arguments{command.program};
    arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
    std::vector<std::string> environment = child_environment();
    const std::vector<char*> argument_list = pointers_to(arguments);
    const std::vector<char*> environment_list = pointers_to(environment);

    Plan plan;
    plan.program = program_.c_str();
    plan.arguments = argument_list.data();
    plan.environment = environment_list.data();
    plan.folder = folder_.c_str();
    plan.identity = identity_ ? &*identity_ : nullptr;
    plan.input = input.get();
    plan.output = output.get();
    plan.ours = channel_.get();
    plan.theirs = theirs.get();
    plan.descriptors = descriptor_limit();
    plan.abandoned = abandoned;

    const SignalsBlocked blocked;
    monitor_ = fork();
    if (monitor_ == 0) {
        monitor(plan);
    }
    if (monitor_ < 0) {
        fail_system(fmt::format("cannot make a process for {}", program_), errno);
    }
}

Child::~Child() {
    // Also seen by the monitor when a process that another thread forked has a copy of the descriptor.
    shutdown(channel_.get(), SHUT_RDWR);
    channel_.reset();
    while (waitpid(monitor_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::optional<int> Child::wait(Deadline until) {
    if (!is_readable_by(channel_, until)) {
        return std::nullopt;
    }
    Report report;
    const ssize_t got = recv(channel_.get(), &report, sizeof report, MSG_WAITALL);
    if (got != static_cast<ssize_t>(sizeof report)) {
        fail({ErrorCode::connection_failed,
              fmt::format("lost sight of {}: its monitor process was killed", program_)});
    }
    const std::string who = identity_ ? fmt::format("user number {}", identity_->user) : "this user";
    const std::string why = system_text(report.value);
    const std::string elsewhere = "see to it that this user can reach it";
    switch (report.kind) {
        case Report::Kind::ended:
            return report.value;
        case Report::Kind::fork:
            fail({ErrorCode::connection_failed,
                  fmt::format("cannot make a process for {}: {}", program_, why)});
        case Report::Kind::descriptors:
            fail({ErrorCode::connection_failed,
                  fmt::format("cannot set up a process for {}: {}", program_, why)});
        case Report::Kind::groups:
        case Report::Kind::user:
            fail({ErrorCode::connection_failed,
                  fmt::format("cannot become {} to run {}: {}", who, program_, why),
                  "PostgreSQL refuses to run as root: give this process the right to change "
                  "its user (CAP_SETUID and CAP_SETGID), or run it as an ordinary user"});
        case Report::Kind::folder:
            fail({ErrorCode::connection_failed, fmt::format("{} cannot enter {}: {}", who, folder_, why),
                  elsewhere + ", or name another folder in AETHER_SCRATCH_DIR"});
        case Report::Kind::program:
            fail({ErrorCode::connection_failed, fmt::format("{} cannot run {}: {}", who, program_, why),
                  elsewhere + ", or name the folder of another PostgreSQL in AETHER_POSTGRES_BIN"});
    }
    fail({ErrorCode::internal, fmt::format("the monitor of {} sent an unknown report", program_)});
}

int run(const Command& command, Deadline until) {
    Child child(command, Abandoned::killed);
    const std::optional<int> status = child.wait(until);
    if (!status) {
        fail({ErrorCode::connection_failed,
              fmt::format("{} did not end in time and was killed", command.program)});
    }
    return *status;
}

Printed run_and_read(Command command, Deadline until) {
    auto [from, into] = make_pipe();
    fcntl(from.get(), F_SETFL, O_NONBLOCK);
    command.output = &into;
    Printed printed;
    printed.status = run(command, until);
    into.reset();
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = read(from.get(), buffer.data(), buffer.size())) > 0) {
        printed.text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return printed;
}

std::string describe_status(int status) {
    if (WIFSIGNALED(status)) {
        return fmt::format("signal {}", WTERMSIG(status));
    }
    return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace aether::migrate::postgres::scratch
