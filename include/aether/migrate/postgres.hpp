// SPDX-License-Identifier: MIT
// The one call of a server that keeps its migrations in a directory and its data in PostgreSQL.
#pragma once

#include <string>
#include <utility>

#include <aether/migrate/startup.hpp>

namespace aether::migrate::postgres {

/// Runs what is pending of a directory of migrations; to be called before the server serves. The same as
/// start_up() with these two options and the default policy, which says what it returns and throws.
inline StartReport run_migrations(std::string database_url, std::string migrations_path) {
    Options options;
    options.database = std::move(database_url);
    options.path = std::move(migrations_path);
    return start_up(std::move(options));
}

}  // namespace aether::migrate::postgres
