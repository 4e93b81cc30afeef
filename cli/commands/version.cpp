// SPDX-License-Identifier: MIT
// version: prints the current version.
#include <fmt/format.h>

#include "commands.hpp"

namespace aether::migrate::cli {

int run_version(Context& context, const ParsedFlags&) {
    Migrator migrator = context.open();
    const VersionState state = migrator.version();
    if (!state.version) {
        ErrorDetails details;
        details.code = ErrorCode::no_such_migration;
        details.message = "no migration";
        if (state.dirty) {
            // golang-migrate shows the same as for a fresh database here, and `up` then fails.
            details.state = "the row says (-1, dirty): the down of the first migration was cut off";
            details.next = "look at what was undone; then \"migrate force -1\" if nothing is left of it";
        }
        throw Error(std::move(details));
    }
    context.terminal().line(fmt::format("{}{}", state.version->number, state.dirty ? " (dirty)" : ""));
    context.closing();
    return kSuccess;
}

}  // namespace aether::migrate::cli
