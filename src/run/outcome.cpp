// SPDX-License-Identifier: MIT
// Finds out what became of a commit whose answer was lost.
#include "outcome.hpp"

#include <chrono>
#include <optional>

#include <aether/migrate/error.hpp>

#include "../history/compat.hpp"

namespace aether::migrate::run {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPatience{120};
constexpr seconds kOneQuestion{10};
constexpr milliseconds kPause{250};

class Inquiry {
public:
    Inquiry(const LostCommit& commit, const Reopen& reopen, Clock& clock, const StopTokens& stop)
        : commit_(commit), reopen_(reopen), clock_(clock), stop_(stop) {}

    // Nothing: ask again later.
    std::optional<Outcome> ask() {
        if (connection_ == nullptr)
            connection_ = reopen_(waiting());
        const bool gone = !commit_.session.empty() &&
                          connection_->probe(commit_.session, waiting()) == spi::SessionState::gone;
        const VersionState now = history::state_of(connection_->look(commit_.tables, waiting()));
        if (now == commit_.after && now != commit_.before)
            return Outcome::committed;
        if (!gone)
            return std::nullopt;
        return now == commit_.before ? Outcome::rolled_back : Outcome::unknown;
    }

    void forget_session() { connection_.reset(); }

private:
    spi::Wait waiting() const { return {stop_.abort, clock_.now() + kOneQuestion}; }

    const LostCommit& commit_;
    const Reopen& reopen_;
    Clock& clock_;
    const StopTokens& stop_;
    std::unique_ptr<spi::Connection> connection_;
};

}  // namespace

Outcome find_outcome(const LostCommit& commit, const Reopen& reopen, Clock& clock, Observer& observer,
                     const StopTokens& stop) {
    if (!reopen)
        return Outcome::unknown;
    observer.warning(
        "the session was lost while a commit was under way: asking the server what became of it");
    const auto deadline = clock.now() + kPatience;
    Inquiry inquiry(commit, reopen, clock, stop);
    while (true) {
        try {
            if (const std::optional<Outcome> outcome = inquiry.ask())
                return *outcome;
        } catch (const Error&) {
            inquiry.forget_session();  // the server may be starting again
        }
        if (clock.now() >= deadline || stop.abort.stop_requested())
            return Outcome::unknown;
        clock.sleep(kPause, stop.abort);
    }
}

}  // namespace aether::migrate::run
