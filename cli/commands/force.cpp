// SPDX-License-Identifier: MIT
// force V: records a version, clean, and runs nothing.
#include <optional>
#include <string_view>

#include "arguments.hpp"
#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

// A sign is allowed; -1 stands for no version.
std::optional<Version> read_forced(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    const std::optional<Version> number = parse_version(text);
    if (!number)
        throw Error(ErrorCode::invalid_argument, "can't read version argument V");
    if (!negative || number->number == 0)
        return number;
    if (number->number > 1)
        throw Error(ErrorCode::invalid_argument, "argument V must be >= -1");
    return std::nullopt;
}

}  // namespace

int run_force(Context& context, const ParsedFlags& flags) {
    const std::optional<Version> version = read_forced(need_version(flags.arguments()));
    Migrator migrator = context.open();
    migrator.force(version);
    context.finished();
    context.closing();
    return kSuccess;
}

}  // namespace aether::migrate::cli
