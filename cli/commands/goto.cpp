// SPDX-License-Identifier: MIT
// goto V: goes up or down until V is the current version.
#include <optional>

#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

int run_goto(Context& context, const ParsedFlags& flags) {
    const std::optional<Version> version = parse_version(need_version(flags.arguments()));
    if (!version)
        throw Error(ErrorCode::invalid_argument, "can't read version argument V");
    Migrator migrator = context.open();
    return context.conclude(migrator.go_to(*version));
}

}  // namespace aether::migrate::cli
