// SPDX-License-Identifier: MIT
// down [N | -all]: undoes the last N migrations, or all of them after a question.
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

std::optional<std::uint64_t> limit_of(const ParsedFlags& flags) {
    const std::vector<std::string>& arguments = flags.arguments();
    if (flags.boolean("all") && !arguments.empty()) {
        throw Error(ErrorCode::invalid_argument, "-all cannot be used with other arguments");
    }
    if (arguments.size() > 1)
        throw Error(ErrorCode::invalid_argument, "too many arguments");
    return read_limit(arguments);
}

}  // namespace

int run_down(Context& context, const ParsedFlags& flags) {
    const std::optional<std::uint64_t> limit = limit_of(flags);
    Migrator migrator = context.open();
    if (!limit && !flags.boolean("all")) {
        context.terminal().line("Are you sure you want to apply all down migrations? [y/N]");
        if (!read_yes(context.signals())) {
            context.terminal().line("Not applying all down migrations");
            return kFailure;
        }
        context.terminal().line("Applying all down migrations");
    }
    return context.conclude(migrator.down(limit));
}

}  // namespace aether::migrate::cli
