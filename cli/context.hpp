// SPDX-License-Identifier: MIT
// What a command works with.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <aether/migrate/migrate.hpp>

#include "args.hpp"
#include "signals.hpp"
#include "terminal.hpp"
#include "usage.hpp"

namespace aether::migrate::cli {

inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsageError = 2;

/// Prints what happens in a run, in golang-migrate's words.
class Narrator final : public Observer {
public:
    Narrator(const Terminal& terminal, std::uint64_t prefetch) : terminal_(terminal), prefetch_(prefetch) {}

private:
    void on_step_started(const StepReport& step) override;
    void on_step_finished(const StepReport& step) override;
    void on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                             std::chrono::seconds waited) override;
    void on_blocked(const std::vector<spi::Blocker>& blockers) override;
    void on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t tries,
                         std::chrono::milliseconds pause) override;
    void on_warning(std::string_view text) override;
    void on_notice(const spi::Notice& notice) override;

    const Terminal& terminal_;
    std::uint64_t prefetch_;
};

/// One run of the program: the global flags and the environment below them.
class Context {
public:
    Context(const ParsedFlags& globals, const Terminal& terminal);

    const Terminal& terminal() const { return terminal_; }
    Signals& signals() { return signals_; }

    /// Opens source and database. Throws Error.
    Migrator open();

    /// Prints a report's end and returns the exit status.
    int conclude(const Report& report);

    /// Under -verbose: "Finished after 1.2s", "Closing source and database".
    void finished() const;
    void closing() const;

private:
    const Terminal& terminal_;
    Signals signals_;
    Narrator narrator_;
    Options options_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace aether::migrate::cli
