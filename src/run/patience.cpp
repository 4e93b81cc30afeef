// SPDX-License-Identifier: MIT
// Tries a part of a migration again when what failed it may pass, and knows when to give up.
#include "patience.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/text.hpp>

namespace aether::migrate::run {

namespace {

using std::chrono::milliseconds;

std::string in_seconds(milliseconds time) {
    return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
}

// A try that just fails may be too short for a look, or the server too busy: then an earlier one tells more.
std::string named(const std::vector<spi::Blocker>& now, const std::vector<spi::Blocker>& earlier) {
    const std::vector<spi::Blocker>& blockers = now.empty() ? earlier : now;
    if (blockers.empty())
        return "who stood in the way could not be seen";
    std::vector<std::string> names;
    names.reserve(blockers.size());
    for (const spi::Blocker& blocker : blockers) {
        names.push_back(to_text(blocker));
    }
    return fmt::format("in the way{}: {}", now.empty() ? " of an earlier try" : "", fmt::join(names, "; "));
}

bool never_yields(const spi::Blocker& blocker) {
    return blocker.kind == spi::BlockerKind::wraparound_vacuum;
}

}  // namespace

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
        failure.details.detail +=
            fmt::format("{}{} in {}, {}", failure.details.detail.empty() ? "" : "; ",
                        tries_.failed() == 0 ? "one try" : fmt::format("{} tries", tries_.failed() + 1),
                        in_seconds(tries_.elapsed()), named(failure.blockers, seen_));
        return false;
    }
    if (!failure.blockers.empty())
        seen_ = failure.blockers;
    const milliseconds pause = tries_.pause();
    ErrorDetails why = failure.details;
    why.message = failure.reason;
    context_.observer.trying_again(record_.report(), why, tries_.failed(), pause);
    context_.clock.sleep(pause, stop);
    if (stop.stop_requested())
        throw Error(ErrorCode::cancelled, "stopped between two tries");
    return true;
}

}  // namespace aether::migrate::run
