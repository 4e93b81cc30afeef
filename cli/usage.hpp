// SPDX-License-Identifier: MIT
// The commands of the program with their flags, and the help texts that are made from them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "args.hpp"

namespace aether::migrate::cli {

/// How a command is called and what it does. One table feeds the parser and all help texts.
struct Command {
    std::string_view name;      ///< "up"
    std::string_view synopsis;  ///< "up [N]"
    std::string_view summary;   ///< What it does; lines of at most 58 characters.
    std::span<const Flag> flags;
    DashDigit dash_digit = DashDigit::flag;

    FlagSet flag_set() const { return FlagSet(flags, dash_digit); }
};

/// Returns the commands in the order of the help text.
std::span<const Command> commands();

/// Returns the command of this name, or nullptr.
const Command* find_command(std::string_view name);

/// Returns the flags that stand before the command.
FlagSet global_flags();

/// The URL schemes that this program was built with.
struct Schemes {
    std::vector<std::string> sources;
    std::vector<std::string> databases;
};

/// Returns the text of `migrate -help`, which also follows an error in the global flags and an unknown
/// command.
std::string program_usage(const Schemes& schemes);

/// Returns the text of `migrate COMMAND -help`: how it is called, what it does, its flags.
std::string command_help(const Command& command);

/// Returns the text of `migrate COMMAND -h`, which also follows an error in the command's flags.
std::string command_usage(const Command& command);

}  // namespace aether::migrate::cli
