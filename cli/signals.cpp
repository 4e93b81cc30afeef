// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as requests to stop, taken by a thread of their own.
#include "signals.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace aether::migrate::cli {

namespace {

void wake(int descriptor) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(descriptor, &one, sizeof one);
}

// Returns when one of the two can be read.
void wait_for_either(std::array<pollfd, 2>& descriptors) {
    while (poll(descriptors.data(), descriptors.size(), -1) < 0 && errno == EINTR) {
    }
}

}  // namespace

Signals::Signals(const Terminal& terminal) : terminal_(terminal) {
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    // A reader of our output that goes away must not end a migration in the middle.
    std::signal(SIGPIPE, SIG_IGN);
    signals_ = signalfd(-1, &taken, SFD_CLOEXEC);
    ended_ = eventfd(0, EFD_CLOEXEC);
    termination_ = eventfd(0, EFD_CLOEXEC);
    listener_ = std::jthread([this] { listen(); });
}

Signals::~Signals() {
    wake(ended_);
    listener_.join();
    close(signals_);
    close(ended_);
    close(termination_);
}

void Signals::listen() {
    while (true) {
        std::array<pollfd, 2> descriptors{pollfd{signals_, POLLIN, 0}, pollfd{ended_, POLLIN, 0}};
        wait_for_either(descriptors);
        if (descriptors[1].revents != 0)
            return;
        signalfd_siginfo info{};
        if (read(signals_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            take(static_cast<int>(info.ssi_signo));
        }
    }
}

void Signals::take(int number) {
    const bool interrupt = number == SIGINT;
    if (interrupt) {
        ++interrupts_;
    } else {
        terminated_ = true;
        wake(termination_);
    }
    if (opened_ && interrupts_ == 1 && interrupt) {
        terminal_.line("Stopping after this running migration ...");
    }
    finish_.request_stop();
    if (!interrupt || interrupts_ > 1 || !opened_)
        roll_back_.request_stop();
    if (interrupt && (interrupts_ > 1 || !opened_))
        abort_.request_stop();
}

bool Signals::wait_for_input() const {
    std::array<pollfd, 2> descriptors{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{termination_, POLLIN, 0}};
    wait_for_either(descriptors);
    return descriptors[1].revents == 0;
}

int Signals::status_when_stopped() const {
    return terminated_ || interrupts_ > 1 ? status_when_cut_off() : 0;
}

int Signals::status_when_cut_off() const {
    return 128 + (terminated_ ? SIGTERM : SIGINT);
}

}  // namespace aether::migrate::cli
