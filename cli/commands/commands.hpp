// SPDX-License-Identifier: MIT
// The commands: one function a verb, each in a file of its own.
#pragma once

#include "../args.hpp"
#include "../context.hpp"

namespace aether::migrate::cli {

/// Each takes the command's own flags and arguments and returns the exit status. Throws Error.
int run_create(Context& context, const ParsedFlags& flags);
int run_goto(Context& context, const ParsedFlags& flags);
int run_up(Context& context, const ParsedFlags& flags);
int run_down(Context& context, const ParsedFlags& flags);
int run_drivers(Context& context, const ParsedFlags& flags);
int run_drop(Context& context, const ParsedFlags& flags);
int run_force(Context& context, const ParsedFlags& flags);
int run_repair(Context& context, const ParsedFlags& flags);
int run_version(Context& context, const ParsedFlags& flags);
int run_scratch(Context& context, const ParsedFlags& flags);

}  // namespace aether::migrate::cli
