// SPDX-License-Identifier: MIT
// Waits for the migration lock by asking again and again, and gives it back.
#include "session_lock.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::lock {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstPause{2};
constexpr milliseconds kLongestPause{250};
constexpr seconds kReportEvery{10};
// A try waits for nobody, so a server that is asked and says nothing for so long is not at work. Less when
// less patience is left, but a slow server may take some seconds.
constexpr seconds kLongestAnswer{30};
constexpr seconds kShortestAnswer{10};

std::string describe(const std::optional<spi::LockHolder>& holder) {
    if (!holder)
        return "the holder can't be seen";
    std::string text = holder->pid != 0 ? fmt::format("held by pid {}", holder->pid) : std::string("held by");
    if (!holder->user.empty())
        text += fmt::format(" (user {}, {})", holder->user, holder->client);
    if (!holder->application.empty())
        text += fmt::format(", application {}", holder->application);
    if (!holder->age.empty())
        text += fmt::format(", for {}", holder->age);
    if (!holder->query.empty())
        text += fmt::format(": {}", holder->query);
    return text;
}

milliseconds with_jitter(milliseconds pause) {
    thread_local std::minstd_rand random{std::random_device{}()};
    std::uniform_int_distribution<milliseconds::rep> spread(pause.count() / 2,
                                                            pause.count() + pause.count() / 2);
    return milliseconds(spread(random));
}

[[noreturn]] void fail_timeout(std::string state, std::string next) {
    ErrorDetails details;
    details.code = ErrorCode::lock_timeout;
    details.message = "timeout: can't acquire database lock";
    details.state = std::move(state);
    details.next = std::move(next);
    throw Error(std::move(details));
}

[[noreturn]] void fail_held(seconds limit, const std::optional<spi::LockHolder>& holder) {
    fail_timeout(fmt::format("waited {} s; {}; nothing was changed", limit.count(), describe(holder)),
                 "wait for the other migration, or run again with a larger -lock-timeout");
}

[[noreturn]] void fail_unanswered(seconds limit) {
    fail_timeout(
        fmt::format("the server did not answer a try for it within {} s; nothing was changed", limit.count()),
        "look whether the server's processes and its disk are at work, and run again");
}

[[noreturn]] void fail_stopped() {
    ErrorDetails details;
    details.code = ErrorCode::cancelled;
    details.message = "stopped while waiting for the migration lock";
    details.state = "nothing was changed";
    throw Error(std::move(details));
}

// The questions that one wait for the lock asks the server.
class Questions {
public:
    Questions(spi::Connection& connection, const spi::TableNames& tables, const spi::Look& look,
              const std::stop_token& stop, Clock& clock)
        : connection_(connection), tables_(tables), look_(look), stop_(stop), clock_(clock) {}

    bool try_lock(seconds limit) {
        const spi::Wait wait = until(limit);
        try {
            return connection_.try_lock(tables_, look_, wait);
        } catch (const Error&) {
            if (stop_.stop_requested())
                fail_stopped();
            if (clock_.now() >= wait.deadline)
                fail_unanswered(limit);
            throw;
        }
    }

    // Nobody when the server does not tell in time: what is reported next must not depend on it.
    std::optional<spi::LockHolder> find_holder() {
        try {
            std::optional<spi::LockHolder> holder =
                connection_.lock_holder(tables_, look_, until(kShortestAnswer));
            // Whoever waits must not read what the holder's statement hides.
            if (holder)
                holder->query = redact(holder->query);
            return holder;
        } catch (const Error&) {
            if (stop_.stop_requested())
                fail_stopped();
            return std::nullopt;
        }
    }

private:
    spi::Wait until(seconds limit) const { return {stop_, clock_.now() + limit}; }

    spi::Connection& connection_;
    const spi::TableNames& tables_;
    const spi::Look& look_;
    const std::stop_token& stop_;
    Clock& clock_;
};

}  // namespace

seconds patience_of(const std::optional<seconds>& given) {
    return std::min(given.value_or(kPatience), kLongestWait);
}

SessionLock::SessionLock(spi::Connection& connection, const spi::TableNames& tables, const spi::Look& look,
                         const LockOptions& options, Clock& clock, Observer& observer)
    : connection_(connection) {
    Questions questions(connection, tables, look, options.stop, clock);
    const seconds limit = patience_of(options.timeout);
    const auto start = clock.now();
    auto next_report = start + seconds(1);
    milliseconds pause = kFirstPause;
    seconds answer_limit = std::clamp(limit, kShortestAnswer, kLongestAnswer);
    while (!questions.try_lock(answer_limit)) {
        const auto now = clock.now();
        const auto left = std::chrono::ceil<milliseconds>(start + limit - now);
        if (left.count() <= 0)
            fail_held(limit, questions.find_holder());
        if (now >= next_report) {
            observer.waiting_for_lock(questions.find_holder(),
                                      std::chrono::duration_cast<seconds>(now - start));
            next_report = now + kReportEvery;
        }
        clock.sleep(std::min(with_jitter(pause), left), options.stop);
        if (options.stop.stop_requested())
            fail_stopped();
        pause = std::min(pause * 2, kLongestPause);
        answer_limit = std::clamp(std::chrono::ceil<seconds>(left), kShortestAnswer, kLongestAnswer);
    }
}

SessionLock::~SessionLock() {
    connection_.unlock();
}

}  // namespace aether::migrate::lock
