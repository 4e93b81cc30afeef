// SPDX-License-Identifier: MIT
// SIGTERM, SIGINT and the server's own failures as requests to end.
#include "stop_requests.hpp"

#include <pthread.h>
#include <csignal>

namespace aether::server {

namespace {

sigset_t taken_signals() {
    sigset_t taken;
    sigemptyset(&taken);
    sigaddset(&taken, SIGINT);
    sigaddset(&taken, SIGTERM);
    return taken;
}

}  // namespace

StopRequests::StopRequests() {
    const sigset_t taken = taken_signals();
    pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    // A reader of the log or of an answer that goes away must not end a migration in the middle.
    signal(SIGPIPE, SIG_IGN);
    listener_ = std::thread([this] { listen(); });
}

StopRequests::~StopRequests() {
    ended_ = true;
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it waits for this signal and ends by itself
    pthread_kill(listener_.native_handle(), SIGTERM);
    listener_.join();
}

void StopRequests::listen() {
    const sigset_t taken = taken_signals();
    while (true) {
        int number = 0;
        sigwait(&taken, &number);
        if (ended_)
            return;
        request(number == SIGINT ? StopCause::interrupted : StopCause::terminated);
    }
}

void StopRequests::request(StopCause cause) {
    StopCause before = StopCause::none;
    const bool first = cause_.compare_exchange_strong(before, cause);
    cause_.notify_all();
    finish_.request_stop();
    roll_back_.request_stop();
    if (!first)
        abort_.request_stop();
}

}  // namespace aether::server
