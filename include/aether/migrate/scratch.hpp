// SPDX-License-Identifier: MIT
// Private database servers that this library makes, starts and keeps: for trying things out, tests and demos.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/export.hpp>

namespace aether::migrate::scratch {

/// One scratch server of this user, running or not.
struct Cluster {
    std::string name;
    std::string server;  ///< "PostgreSQL 15.18"
    bool running = false;
    std::string data;  ///< Its data directory.
};

/// Returns this user's scratch servers, sorted by name.
AETHER_MIGRATE_EXPORT std::vector<Cluster> list();

/// Makes the server when it does not exist, starts it when it does not run, and returns a URL of its database
/// that every PostgreSQL client understands. Safe when several processes ask at once. Bounded: 60 seconds. A
/// name is 1 to 40 of a-z 0-9 _ -, beginning with a letter. Throws Error: invalid_argument (the name),
/// unsupported (no server installed; the hint names the package), connection_failed (it did not start; the
/// context holds the end of its log).
AETHER_MIGRATE_EXPORT std::string url(std::string_view name);

/// Stops a server and keeps its data. Returns false when it was not running.
/// Throws Error (invalid_argument) when there is no such server.
AETHER_MIGRATE_EXPORT bool stop(std::string_view name);

/// Stops a server and removes it with all its data.
/// Throws Error (invalid_argument) when there is no such server.
AETHER_MIGRATE_EXPORT void drop(std::string_view name);

}  // namespace aether::migrate::scratch
