// SPDX-License-Identifier: MIT
// What every way of running a step shares: its event, its checked commit and the words for its failure.
#include "record.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "outcome.hpp"

namespace aether::migrate::run {

namespace {

constexpr std::size_t kKeptDownBytes = 1u << 20;
// Deferred constraints, a slow standby. What no server takes longer for is lost.
constexpr std::chrono::hours kCommitLimit{1};
// Longer than usual, because without these writes a migration that ran counts as dirty.
constexpr std::chrono::seconds kFinalWriteLimit{300};
// A person wants to see the end, but also to know what is true.
constexpr std::chrono::seconds kLimitAfterAbort{15};

}  // namespace

Record::Record(const StepContext& context, const CheckedStep& step)
    : context_(context),
      step_(step),
      limits_(combine(context.limits, combine(step.facts.directives.limits, context.settings.limits))),
      start_(context.clock.now()),
      started_at_(std::chrono::system_clock::now()) {
    report_.version = step.plan.version;
    report_.direction = step.plan.direction;
    report_.leads_to = step.plan.leads_to;
    report_.title = step.plan.title;
    report_.file = step.plan.file;
    report_.read = step.read;
    read_down_sql();
}

// Before anything runs: a file that can't be kept must not stop a migration in the middle.
void Record::read_down_sql() {
    if (!context_.settings.history || step_.down_file.empty())
        return;
    try {
        std::string text = context_.source.read(step_.down_file, 0, kKeptDownBytes + 1);
        if (text.size() <= kKeptDownBytes)
            down_sql_ = std::move(text);
    } catch (const Error& error) {
        context_.observer.warning(fmt::format("the history keeps no down SQL: {}", error.what()));
    }
}

history::Event Record::event() const {
    history::Event event;
    event.version = step_.plan.version;
    event.direction = step_.plan.direction;
    event.kind =
        step_.plan.direction == Direction::up ? history::EventKind::applied : history::EventKind::reverted;
    event.leads_to = step_.plan.leads_to;
    event.name = step_.plan.title;
    if (!step_.plan.file.empty())
        event.checksum = step_.facts.checksum;
    event.down_sql = down_sql_;
    event.statements = report_.statements;
    event.started_at = started_at_;
    event.duration = std::chrono::duration_cast<std::chrono::microseconds>(context_.clock.now() - start_);
    return event;
}

spi::Wait Record::bookkeeping() const {
    return {context_.stop.roll_back, context_.clock.now() + kBookkeepingLimit};
}

spi::Wait Record::finishing() const {
    if (context_.stop.abort.stop_requested())
        return {{}, context_.clock.now() + kLimitAfterAbort};
    return {context_.stop.abort, context_.clock.now() + kFinalWriteLimit};
}

spi::Wait Record::committing() const {
    return {context_.stop.abort, context_.clock.now() + kCommitLimit};
}

void Record::commit(history::Transaction& transaction, const VersionState& after) {
    try {
        transaction.commit(committing());
    } catch (const Error& error) {
        if (error.code() == ErrorCode::bookkeeping_failed)
            throw refused_commit(transaction, error);
        if (error.code() != ErrorCode::outcome_unknown)
            throw;
        ErrorDetails details = error.details();
        const LostCommit lost{context_.tables, context_.session, context_.store.state(), after};
        switch (find_outcome(lost, context_.reopen, context_.clock, context_.observer, context_.stop)) {
            case Outcome::committed:
                break;
            case Outcome::rolled_back:
                details.code = ErrorCode::connection_failed;
                throw Error(std::move(details));
            case Outcome::unknown:
                details.state = fmt::format(
                    "only the server knows whether it committed: the version row says {} "
                    "afterwards if it did, {} if not",
                    to_string(after.version), to_string(context_.store.state().version));
                details.next = "once the server is back: migrate version";
                throw Error(std::move(details));
        }
    }
    context_.store.committed();
}

Error Record::refused_commit(history::Transaction& transaction, const Error& error) {
    transaction.roll_back();
    ErrorDetails details = error.details();
    details.code = ErrorCode::migration_failed;
    details.message = fmt::format("migration failed: {} at COMMIT", error.what());
    return Error(std::move(details));
}

void Record::add_file(ErrorDetails& details) const {
    if (details.where.file.empty() && !step_.plan.file.empty())
        details.where.file = context_.source.path_of(step_.plan.file);
}

bool Record::is_passing(const ErrorDetails& details) const {
    const auto states = context_.connection.dialect().passing;
    return std::find(states.begin(), states.end(), details.sqlstate) != states.end();
}

ErrorDetails Record::nothing_applied(ErrorDetails details) const {
    const VersionState& state = context_.store.state();
    const std::string_view body = step_.function == nullptr ? "file" : "migration";
    add_file(details);
    if (!details.state.empty()) {
        details.state = fmt::format("nothing of this {} was applied; {}", body, details.state);
    } else {
        details.state = fmt::format("the database is at {}, clean: nothing of this {} was applied",
                                    in_words(state.version), body);
    }
    if (is_passing(details)) {
        details.next = fmt::format("\"{}\" again when the others are done, or with more patience: -retry-for",
                                   context_.command);
    } else if (step_.function != nullptr) {
        details.next = "mend the function or what it found, then run its program again";
    } else if (details.code == ErrorCode::migration_failed) {
        details.next = fmt::format("mend {}, then \"{}\" again", step_.plan.file, context_.command);
    } else if (details.next.empty() || details.code == ErrorCode::connection_failed) {
        details.next = fmt::format("see to that, then \"{}\" again", context_.command);
    }
    return details;
}

StepReport Record::finish() {
    report_.ran = context_.clock.now() - start_;
    context_.observer.step_finished(report_);
    return report_;
}

}  // namespace aether::migrate::run
