// SPDX-License-Identifier: MIT
// drop [-f]: removes everything of the current schema after a question.
#include <fmt/format.h>

#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

void show(const Terminal& terminal, const spi::DropPlan& plan) {
    for (const std::string& object : plan.cascades) {
        terminal.line(fmt::format("goes too: {}", object));
    }
    for (const std::string& object : plan.keeps) {
        terminal.line(fmt::format("stays: {}", object));
    }
    for (const std::string& object : plan.removes) {
        terminal.detail(fmt::format("goes: {}", object));
    }
}

}  // namespace

int run_drop(Context& context, const ParsedFlags& flags) {
    Migrator migrator = context.open();
    const Terminal& terminal = context.terminal();
    show(terminal, migrator.plan_drop());
    if (!flags.boolean("f")) {
        terminal.line("Are you sure you want to drop the entire database schema? [y/N]");
        if (!read_yes(context.signals())) {
            terminal.line("Aborted dropping the entire database schema");
            return kFailure;
        }
        terminal.line("Dropping the entire database schema");
    }
    migrator.drop();
    context.finished();
    context.closing();
    return kSuccess;
}

}  // namespace aether::migrate::cli
