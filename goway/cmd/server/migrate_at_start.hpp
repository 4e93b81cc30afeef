// SPDX-License-Identifier: MIT
// Brings the schema to this build's version before anything is served.
#pragma once

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/stop.hpp>

#include "config.hpp"

namespace aether::server {

/// How the start ended.
enum class StartEnd {
    ready,   ///< The schema is there.
    stopped  ///< A stop was requested first; what was applied until then is whole and recorded.
};

/// Returns where migrations come from and go to.
migrate::Options migration_options(const Config& config);

/// Waits for the database as long as the configuration says, and migrates. A database that is up to date
/// costs one query; one that a newer build has migrated is left as it is, with a warning. Throws
/// migrate::Error and std::runtime_error when the server must not serve.
StartEnd migrate_at_start(const Config& config, JsonLog& log, const migrate::StopTokens& stop);

}  // namespace aether::server
