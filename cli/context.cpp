// SPDX-License-Identifier: MIT
// What a command works with.
#include "context.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/text.hpp>

namespace aether::migrate::cli {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::chrono::milliseconds> find_limit(const ParsedFlags& globals, std::string_view name) {
    return globals.given(name) ? std::optional(globals.duration(name)) : std::nullopt;
}

// golang-migrate takes the flags alone; below them come the variables that its users' Makefiles pass on.
Options read_options(const ParsedFlags& globals) {
    Options options;
    options.source = globals.text("source");
    options.path = globals.text("path");
    if (!globals.given("source") && !globals.given("path"))
        options.path = environment("MIGRATIONS_PATH");
    options.database = globals.text("database");
    if (!globals.given("database"))
        options.database = environment("DATABASE_URL");
    if (globals.given("lock-timeout")) {
        constexpr std::uint64_t kLongest =
            10ULL * 365 * 24 * 3600;  // ten years: larger ones overflow the clock
        options.lock_timeout = std::chrono::seconds(std::min(globals.natural("lock-timeout"), kLongest));
    }
    options.limits.table_lock_timeout = find_limit(globals, "table-lock-timeout");
    options.limits.retry_for = find_limit(globals, "retry-for");
    options.limits.statement_timeout = find_limit(globals, "statement-timeout");
    options.limits.idle_timeout = find_limit(globals, "idle-timeout");
    options.limits.client_check_interval = find_limit(globals, "client-check-interval");
    return options;
}

}  // namespace

void Narrator::on_step_started(const StepReport& step) {
    const bool queued = step.file.empty() || prefetch_ == 0;
    terminal_.detail(fmt::format("{} {}", queued ? "Scheduled" : "Start buffering", label_of(step)));
    if (!step.file.empty())
        terminal_.detail(fmt::format("Read and execute {}", label_of(step)));
}

void Narrator::on_step_finished(const StepReport& step) {
    if (terminal_.verbose()) {
        terminal_.line(fmt::format("Finished {} (read {}, ran {})", label_of(step), to_text(step.read),
                                   to_text(step.ran)));
    } else {
        terminal_.line(to_text(step));
    }
}

void Narrator::on_waiting_for_lock(const std::optional<spi::LockHolder>& holder,
                                   std::chrono::seconds waited) {
    terminal_.line(fmt::format("waiting for the migration lock for {} s, held by {}", waited.count(),
                               holder ? to_text(*holder) : "another process"));
}

void Narrator::on_blocked(const std::vector<spi::Blocker>& blockers) {
    constexpr std::size_t kShown = 5;
    if (blockers.empty())
        terminal_.line("waiting for a lock: who holds it can't be seen");
    for (const spi::Blocker& blocker : std::span(blockers).first(std::min(blockers.size(), kShown))) {
        terminal_.line(fmt::format("waiting for a lock: {}", to_text(blocker)));
    }
    if (blockers.size() > kShown)
        terminal_.line(fmt::format("waiting for a lock: {} more", blockers.size() - kShown));
}

void Narrator::on_trying_again(const StepReport& step, const ErrorDetails& why, std::size_t /*tries*/,
                               std::chrono::milliseconds pause) {
    terminal_.line(fmt::format("trying {} again in {}: {}", label_of(step), to_text(pause), why.message));
}

void Narrator::on_warning(std::string_view text) {
    terminal_.line(fmt::format("warning: {}", text));
}

// golang-migrate drops them; under -verbose they help.
void Narrator::on_notice(const spi::Notice& notice) {
    terminal_.detail(fmt::format("{}: {}", notice.severity, notice.message));
}

Context::Context(const ParsedFlags& globals, const Terminal& terminal)
    : terminal_(terminal),
      signals_(terminal),
      narrator_(terminal, globals.natural("prefetch")),
      options_(read_options(globals)) {
    options_.observer = &narrator_;
    options_.stop = signals_.tokens();
}

Migrator Context::open() {
    Migrator migrator(options_);
    signals_.opened();
    start_ = std::chrono::steady_clock::now();
    return migrator;
}

int Context::conclude(const Report& report) {
    if (report.end == RunEnd::short_of_it) {
        throw Error(ErrorCode::no_such_migration, fmt::format("limit {} short", report.short_by));
    }
    if (report.steps.empty() && report.end == RunEnd::done)
        terminal_.line("no change");
    // Stopped while its first migration was tried again, it did nothing of what it was asked for.
    const bool cut_off = report.steps.empty() && report.left > 0;
    const int status_when_stopped = cut_off ? signals_.status_when_cut_off() : signals_.status_when_stopped();
    if (report.end == RunEnd::stopped && status_when_stopped != kSuccess) {
        // A stop that came before the plan counted nothing.
        const std::string place = report.left == 0
                                      ? "before the first migration"
                                      : fmt::format("with {} of the migrations left", report.left);
        terminal_.line(fmt::format("stopped {}; the database is at {}, {}", place,
                                   in_words(report.state.version), report.state.dirty ? "dirty" : "clean"));
    }
    finished();
    closing();
    return report.end == RunEnd::stopped ? status_when_stopped : kSuccess;
}

void Context::finished() const {
    terminal_.detail(fmt::format("Finished after {}", to_text(std::chrono::steady_clock::now() - start_)));
}

void Context::closing() const {
    terminal_.detail("Closing source and database");
}

}  // namespace aether::migrate::cli
