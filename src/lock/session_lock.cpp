// SPDX-License-Identifier: MIT
// Waits for the migration lock by asking again and again, and gives it back.
#include "session_lock.hpp"

#include <algorithm>
#include <random>
#include <string>

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

// Whoever waits must not read what the holder's statement hides.
std::optional<spi::LockHolder> find_holder(spi::Connection& connection, const spi::TableNames& tables,
                                           const spi::Look& look, const spi::Wait& wait) {
    std::optional<spi::LockHolder> holder = connection.lock_holder(tables, look, wait);
    if (holder)
        holder->query = redact(holder->query);
    return holder;
}

[[noreturn]] void fail_timeout(const std::optional<spi::LockHolder>& holder, seconds limit) {
    ErrorDetails details;
    details.code = ErrorCode::lock_timeout;
    details.message = "timeout: can't acquire database lock";
    details.state = fmt::format("waited {} s; {}; nothing was changed", limit.count(), describe(holder));
    details.next = "wait for the other migration, or run again with a larger -lock-timeout";
    throw Error(std::move(details));
}

[[noreturn]] void fail_stopped() {
    ErrorDetails details;
    details.code = ErrorCode::cancelled;
    details.message = "stopped while waiting for the migration lock";
    details.state = "nothing was changed";
    throw Error(std::move(details));
}

}  // namespace

seconds patience_of(const std::optional<seconds>& given) {
    return std::min(given.value_or(kPatience), kLongestWait);
}

SessionLock::SessionLock(spi::Connection& connection, const spi::TableNames& tables, const spi::Look& look,
                         const LockOptions& options, Clock& clock, Observer& observer)
    : connection_(connection) {
    const spi::Wait wait{options.stop, std::nullopt};
    const seconds limit = patience_of(options.timeout);
    const auto start = clock.now();
    auto next_report = start + seconds(1);
    milliseconds pause = kFirstPause;
    while (!connection_.try_lock(tables, look, wait)) {
        const auto now = clock.now();
        const auto left = std::chrono::ceil<milliseconds>(start + limit - now);
        if (left.count() <= 0)
            fail_timeout(find_holder(connection_, tables, look, wait), limit);
        if (now >= next_report) {
            observer.waiting_for_lock(find_holder(connection_, tables, look, wait),
                                      std::chrono::duration_cast<seconds>(now - start));
            next_report = now + kReportEvery;
        }
        clock.sleep(std::min(with_jitter(pause), left), options.stop);
        if (options.stop.stop_requested())
            fail_stopped();
        pause = std::min(pause * 2, kLongestPause);
    }
}

SessionLock::~SessionLock() {
    connection_.unlock();
}

}  // namespace aether::migrate::lock
