// SPDX-License-Identifier: MIT
// What every way of running a step shares: its event, its checked commit and the words for its failure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "../history/event.hpp"
#include "../history/transaction.hpp"
#include "step.hpp"

namespace aether::migrate::run {

/// One step from its beginning to its report.
class Record {
public:
    Record(const StepContext& context, const CheckedStep& step);

    StepReport& report() { return report_; }
    VersionState target(bool dirty) const { return {step_.plan.leads_to, dirty}; }
    const spi::Limits& limits() const { return limits_; }

    /// Returns the history's event of the step as it stands now.
    history::Event event() const;

    /// For statements of the engine's own, as long as a stop may still roll everything back.
    spi::Wait bookkeeping() const;
    /// For those after something that can't be rolled back: they make known what was applied. Only an abort
    /// cuts them short.
    spi::Wait finishing() const;
    /// For a COMMIT of the step, which may have much to do: up to an hour. Only an abort cuts it short.
    spi::Wait committing() const;

    /// Commits a transaction that moves the version row to `after`, whatever comes between: a lost answer is
    /// looked for on another session. Throws Error: migration_failed when the server refused the commit;
    /// connection_failed when it is known that nothing was committed; outcome_unknown.
    void commit(history::Transaction& transaction, const VersionState& after);

    /// Names the step's file in a failure that names none.
    void add_file(ErrorDetails& details) const;

    /// Undoes a transaction whose COMMIT the server refused, and returns the error for it: that is the file's
    /// doing (a deferred constraint, a serialization failure).
    static Error refused_commit(history::Transaction& transaction, const Error& error);

    /// Whether a failure may pass when the same is tried a moment later.
    bool is_passing(const ErrorDetails& details) const;

    /// Sets what is true after a step of which nothing is applied, unless the failure says it, and what to do
    /// next.
    ErrorDetails nothing_applied(ErrorDetails details) const;

    /// Marks the end of the step.
    StepReport finish();

private:
    void read_down_sql();

    const StepContext& context_;
    const CheckedStep& step_;
    spi::Limits limits_;
    StepReport report_;
    std::optional<std::string> down_sql_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::system_clock::time_point started_at_;
};

}  // namespace aether::migrate::run
