// SPDX-License-Identifier: MIT
// repair [-explain] [-applied | -not-applied]: looks what became of a migration that was cut off.
#include <fmt/format.h>

#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

Answer read_answer(const ParsedFlags& flags) {
    const bool applied = flags.boolean("applied");
    const bool not_applied = flags.boolean("not-applied");
    if (applied && not_applied) {
        throw Error(ErrorCode::invalid_argument, "-applied and -not-applied contradict each other");
    }
    if (applied)
        return Answer::applied;
    return not_applied ? Answer::not_applied : Answer::none;
}

std::string words(const VersionState& state) {
    return fmt::format("{}, {}", in_words(state.version), state.dirty ? "dirty" : "clean");
}

}  // namespace

int run_repair(Context& context, const ParsedFlags& flags) {
    const RepairMode mode = flags.boolean("explain") ? RepairMode::explain : RepairMode::act;
    const Answer answer = read_answer(flags);
    const RepairReport report = context.open().repair(mode, answer);
    const Terminal& terminal = context.terminal();
    for (const std::string& line : report.known) {
        terminal.result(line);
    }
    for (const std::string& line : report.actions) {
        terminal.result(fmt::format("{}: {}", mode == RepairMode::explain ? "would do" : "did", line));
    }
    terminal.result(fmt::format("now at {}", words(report.after)));
    if (!report.look_at.empty())
        terminal.result(fmt::format("look at: {}", report.look_at));
    if (!report.next.empty())
        terminal.result(fmt::format("next: {}", report.next));
    return report.settled || mode == RepairMode::explain ? kSuccess : kFailure;
}

}  // namespace aether::migrate::cli
