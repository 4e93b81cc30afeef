// SPDX-License-Identifier: MIT
// Tries a part of a migration again when what failed it may pass, and knows when to give up.
#include "patience.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::run {

namespace {

using std::chrono::milliseconds;

std::string in_seconds(milliseconds time) {
    return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

std::string named(const std::vector<spi::Blocker>& blockers) {
    if (blockers.empty())
        return "who stood in the way could not be seen";
    std::vector<std::string> names;
    names.reserve(blockers.size());
    for (const spi::Blocker& blocker : blockers) {
        names.push_back(describe(blocker));
    }
    return fmt::format("in the way: {}", fmt::join(names, "; "));
}

bool never_yields(const spi::Blocker& blocker) {
    return blocker.kind == spi::BlockerKind::wraparound_vacuum;
}

}  // namespace

std::string describe(const spi::Blocker& blocker) {
    std::string text;
    switch (blocker.kind) {
        case spi::BlockerKind::session:
            text = fmt::format("pid {} (user {}, {})", blocker.pid, blocker.user, blocker.client);
            break;
        case spi::BlockerKind::autovacuum:
            text = fmt::format("autovacuum (pid {}), which yields to who waits longer than deadlock_timeout",
                               blocker.pid);
            break;
        case spi::BlockerKind::wraparound_vacuum:
            text = fmt::format("an autovacuum to prevent wraparound (pid {}), which never yields", blocker.pid);
            break;
        case spi::BlockerKind::prepared_transaction:
            text = "a prepared transaction";
            break;
    }
    if (!blocker.application.empty())
        text += fmt::format(", application {}", blocker.application);
    if (!blocker.state.empty() || !blocker.age.empty())
        text += fmt::format(", {}{}{}", blocker.state, blocker.age.empty() ? "" : " for ", blocker.age);
    if (!blocker.query.empty())
        text += fmt::format(": {}", blocker.query);
    return text;
}

Patience::Patience(const StepContext& context, Record& record, LockManner manner)
    : context_(context), record_(record), manner_(manner), tries_(record.limits(), context.clock) {}

std::optional<milliseconds> Patience::lock_timeout() const {
    return manner_ == LockManner::gentle ? tries_.patient_lock_timeout() : tries_.lock_timeout();
}

bool Patience::wait_for_next(SendFailure& failure, const std::stop_token& stop) {
    if (!failure.passing)
        return false;
    const bool hopeless = std::any_of(failure.blockers.begin(), failure.blockers.end(), never_yields);
    if (hopeless || !tries_.may_try_again()) {
        failure.details.detail += fmt::format("{}{} in {}, {}", failure.details.detail.empty() ? "" : "; ",
                                              tries_.failed() == 0 ? "one try"
                                                                   : fmt::format("{} tries", tries_.failed() + 1),
                                              in_seconds(tries_.elapsed()), named(failure.blockers));
        return false;
    }
    const milliseconds pause = tries_.pause();
    context_.observer.trying_again(record_.report(), failure.details, tries_.failed(), pause);
    context_.clock.sleep(pause, stop);
    if (stop.stop_requested())
        throw Error(ErrorCode::cancelled, "stopped between two tries");
    return true;
}

}  // namespace aether::migrate::run
