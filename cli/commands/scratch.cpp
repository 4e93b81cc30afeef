// SPDX-License-Identifier: MIT
// scratch list | url NAME | stop NAME | drop NAME: private servers of this user.
#include <string>

#include <fmt/format.h>
#include <aether/migrate/scratch.hpp>

#include "commands.hpp"

namespace aether::migrate::cli {

namespace {

int list(const Terminal& terminal) {
    for (const scratch::Cluster& cluster : scratch::list()) {
        terminal.result(
            fmt::format("{}\t{}\t{}", cluster.name, cluster.running ? "running" : "stopped", cluster.server));
    }
    return kSuccess;
}

}  // namespace

int run_scratch(Context& context, const ParsedFlags& flags) {
    const std::vector<std::string>& arguments = flags.arguments();
    const std::string verb = arguments.empty() ? std::string() : arguments.front();
    if (verb == "list" && arguments.size() == 1)
        return list(context.terminal());
    const bool known = verb == "url" || verb == "stop" || verb == "drop";
    if (!known || arguments.size() != 2) {
        throw Error(ErrorCode::invalid_argument,
                    "scratch takes one of: list, url NAME, stop NAME, drop NAME");
    }
    const std::string& name = arguments[1];
    if (verb == "url") {
        context.terminal().result(scratch::url(name));
    } else if (verb == "stop") {
        context.terminal().result(scratch::stop(name) ? "stopped" : "was not running");
    } else {
        scratch::drop(name);
    }
    return kSuccess;
}

}  // namespace aether::migrate::cli
