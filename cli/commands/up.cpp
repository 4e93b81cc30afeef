// SPDX-License-Identifier: MIT
// up [N]: applies the next N migrations, or all.
#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

int run_up(Context& context, const ParsedFlags& flags) {
    Migrator migrator = context.open();
    return context.conclude(migrator.up(read_limit(flags.arguments())));
}

}  // namespace aether::migrate::cli
