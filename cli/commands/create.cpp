// SPDX-License-Identifier: MIT
// create NAME: makes the two empty files of a new migration. Connects to nothing.
#include <fmt/format.h>
#include <algorithm>
#include <climits>
#include <cstdint>

#include <aether/migrate/create.hpp>

#include "commands.hpp"

namespace aether::migrate::cli {

int run_create(Context& context, const ParsedFlags& flags) {
    if (flags.arguments().empty())
        throw Error(ErrorCode::invalid_argument, "please specify name");
    CreateOptions options;
    options.name = flags.arguments().front();
    options.extension = flags.text("ext");
    options.directory = flags.text("dir");
    options.scheme = flags.boolean("seq") ? VersionScheme::sequence : VersionScheme::timestamp;
    options.digits = static_cast<int>(std::clamp<std::int64_t>(flags.integer("digits"), 0, INT_MAX));
    options.time_format = flags.text("format");
    options.time_zone = flags.text("tz");
    const Created created = create_migration(options);
    for (const std::string& warning : created.warnings) {
        context.terminal().line(fmt::format("warning: {}", warning));
    }
    for (const std::string& file : created.files) {
        context.terminal().line(file);
    }
    return kSuccess;
}

}  // namespace aether::migrate::cli
