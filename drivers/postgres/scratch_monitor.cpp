// SPDX-License-Identifier: MIT
// What happens after fork: become another user, close everything, run the program, wait for it.
#include "scratch_monitor.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace aether::migrate::postgres::scratch {
namespace {

// How late the end of a program is seen at most.
constexpr int kMillisecondsBetweenLooks = 5;
// Where the channel's end is while the program is being started.
constexpr int kChannel = 3;

void report(int channel, Report::Kind kind, int value) noexcept {
    const Report text{kind, value};
    // Nobody may be there to read: then there is nobody to tell.
    static_cast<void>(send(channel, &text, sizeof text, MSG_NOSIGNAL) < 0);
}

[[noreturn]] void give_up(int channel, Report::Kind kind) noexcept {
    report(channel, kind, errno);
    _exit(127);
}

void close_from(int first, int count) noexcept {
#ifdef SYS_close_range
    if (syscall(SYS_close_range, static_cast<unsigned>(first), ~0u, 0u) == 0) {
        return;
    }
#endif
    for (int number = first; number < count; ++number) {
        close(number);
    }
}

// A signal that the application ignores would stay ignored in the program.
void reset_signals() noexcept {
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        sigaction(number, &usual, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

void become(const Identity& identity) noexcept {
    if (setgroups(1, &identity.group) != 0) {
        give_up(kChannel, Report::Kind::groups);
    }
    if (setgid(identity.group) != 0 || setuid(identity.user) != 0) {
        give_up(kChannel, Report::Kind::user);
    }
}

[[noreturn]] void run_program(const Plan& plan) noexcept {
    // All of them are 10 or above, so none is overwritten before it is copied.
    if (dup2(plan.input, STDIN_FILENO) < 0 || dup2(plan.output, STDOUT_FILENO) < 0 ||
        dup2(plan.output, STDERR_FILENO) < 0 || dup2(plan.theirs, kChannel) < 0 ||
        fcntl(kChannel, F_SETFD, FD_CLOEXEC) != 0) {
        give_up(plan.theirs, Report::Kind::descriptors);
    }
    close_from(kChannel + 1, plan.descriptors);
    setsid();
    umask(S_IRWXG | S_IRWXO);
    if (plan.identity != nullptr) {
        become(*plan.identity);
    }
    if (chdir(plan.folder) != 0) {
        give_up(kChannel, Report::Kind::folder);
    }
    reset_signals();
    execve(plan.program, plan.arguments, plan.environment);
    give_up(kChannel, Report::Kind::program);
}

// Ends the program with all that it started in its session.
void kill_program(pid_t program) noexcept {
    kill(-program, SIGKILL);
    kill(program, SIGKILL);
    while (waitpid(program, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace

void monitor(const Plan& plan) noexcept {
    close(plan.ours);
    // Where the application ignores SIGCHLD the kernel would forget the status.
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    sigaction(SIGCHLD, &usual, nullptr);
    const pid_t program = fork();
    if (program < 0) {
        give_up(plan.theirs, Report::Kind::fork);
    }
    if (program == 0) {
        run_program(plan);
    }
    while (true) {
        int status = 0;
        if (waitpid(program, &status, WNOHANG) == program) {
            report(plan.theirs, Report::Kind::ended, status);
            _exit(0);
        }
        pollfd channel{plan.theirs, POLLIN, 0};
        if (poll(&channel, 1, kMillisecondsBetweenLooks) > 0) {
            if (plan.abandoned == Abandoned::killed) {
                kill_program(program);
            }
            _exit(0);
        }
    }
}

}  // namespace aether::migrate::postgres::scratch
