// SPDX-License-Identifier: MIT
// What a command works with.
#include "context.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <aether/migrate/text.hpp>

namespace aether::migrate::cli {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
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
    std::string who = "another process";
    if (holder && holder->pid != 0) {
        who = fmt::format("pid {} ({}, {} from {}), {} in: {}", holder->pid, holder->application,
                          holder->user, holder->client, holder->age, holder->query);
    } else if (holder) {
        who = holder->query;
    }
    terminal_.line(fmt::format("waiting for the migration lock for {} s, held by {}", waited.count(), who));
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
    if (report.end == RunEnd::stopped && signals_.status_when_stopped() != kSuccess) {
        terminal_.line(
            fmt::format("stopped with {} of the migrations left; the database is at {}, clean", report.left,
                        report.state.version ? "version " + to_string(report.state.version) : "no version"));
    }
    finished();
    closing();
    return report.end == RunEnd::stopped ? signals_.status_when_stopped() : kSuccess;
}

void Context::finished() const {
    terminal_.detail(fmt::format("Finished after {}", to_text(std::chrono::steady_clock::now() - start_)));
}

void Context::closing() const {
    terminal_.detail("Closing source and database");
}

}  // namespace aether::migrate::cli
