// SPDX-License-Identifier: MIT
// up [N]: applies the next N migrations, or all.
#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

int run_up(Context& context, const ParsedFlags& flags) {
    const std::optional<std::uint64_t> limit = read_limit(flags.arguments());
    Migrator migrator = context.open();
    return context.conclude(migrator.up(limit));
}

}  // namespace aether::migrate::cli
