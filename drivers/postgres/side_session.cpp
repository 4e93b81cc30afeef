// SPDX-License-Identifier: MIT
// A second session with the same server that never makes its owner wait.
#include "side_session.hpp"

#include <poll.h>

#include <algorithm>

namespace aether::migrate::postgres {

namespace {

constexpr std::chrono::milliseconds kLongestPoll{20};

bool is_ready(int socket, short events, int milliseconds) {
    pollfd watched{socket, events, 0};
    return poll(&watched, 1, milliseconds) > 0;
}

void ignore_notice(void* /*context*/, const char* /*message*/) {}

}  // namespace

SideSession::SideSession(const Parameters& parameters) noexcept : connection_(start_connecting(parameters)) {
    if (connection_ == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD) {
        state_ = State::lost;
        return;
    }
    PQsetNoticeProcessor(connection_.get(), ignore_notice, nullptr);  // libpq would print them
    PQsetnonblocking(connection_.get(), 1);
}

short SideSession::awaited_events() const noexcept {
    if (state_ == State::connecting)
        return polling_ == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    return PQflush(connection_.get()) > 0 ? POLLIN | POLLOUT : POLLIN;
}

void SideSession::connect_on() noexcept {
    while (state_ == State::connecting && is_ready(PQsocket(connection_.get()), awaited_events(), 0)) {
        polling_ = PQconnectPoll(connection_.get());
        if (polling_ == PGRES_POLLING_FAILED) {
            state_ = State::lost;
        } else if (polling_ == PGRES_POLLING_OK) {
            PQsetnonblocking(connection_.get(), 1);
            state_ = State::idle;
        }
    }
}

void SideSession::read_on() noexcept {
    if (PQflush(connection_.get()) < 0 || PQconsumeInput(connection_.get()) == 0) {
        state_ = State::lost;
        return;
    }
    while (PQisBusy(connection_.get()) == 0) {
        ResultPointer next(PQgetResult(connection_.get()));
        if (next == nullptr) {
            state_ = PQstatus(connection_.get()) == CONNECTION_OK ? State::idle : State::lost;
            return;
        }
        result_ = std::move(next);
    }
}

SideSession::State SideSession::advance() noexcept {
    if (state_ == State::connecting)
        connect_on();
    if (state_ == State::busy)
        read_on();
    return state_;
}

SideSession::State SideSession::wait_until(std::chrono::steady_clock::time_point limit,
                                           const std::stop_token& stop) noexcept {
    using std::chrono::milliseconds;
    while (advance() == State::connecting || state_ == State::busy) {
        const auto left = std::chrono::ceil<milliseconds>(limit - std::chrono::steady_clock::now());
        if (left.count() <= 0 || stop.stop_requested())
            break;
        is_ready(PQsocket(connection_.get()), awaited_events(),
                 static_cast<int>(std::min(left, kLongestPoll).count()));
    }
    return state_;
}

void SideSession::send(const std::string& text) {
    result_.reset();
    state_ = PQsendQuery(connection_.get(), text.c_str()) == 0 ? State::lost : State::busy;
}

}  // namespace aether::migrate::postgres
