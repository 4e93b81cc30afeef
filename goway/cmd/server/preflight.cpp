// SPDX-License-Identifier: MIT
// What is asked before the first migration changes anything: whether all files are there, and can run here.
#include "preflight.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <aether/migrate/complete.hpp>

#include "session.hpp"

namespace aether::server {

namespace {

constexpr int kOldestServer = 15;
constexpr std::int64_t kMakesVector = 32;

// The version that is installed, or would be: "0.8.5"; then whether it is new enough.
constexpr const char* kVector = R"(
SELECT coalesce(installed_version, default_version)
       || CASE WHEN string_to_array(substring(coalesce(installed_version, default_version)
                                              FROM '^[0-9.]*[0-9]'), '.')::int[] < ARRAY[0, 5, 0]
               THEN ' is too old' ELSE '' END
FROM pg_available_extensions
WHERE name = 'vector'
UNION ALL
SELECT 'is not installed'
LIMIT 1)";

void check_vector(Session& session, int major) {
    const std::string found = session.value_of(kVector);
    if (!found.ends_with("is too old") && !found.ends_with("is not installed"))
        return;
    throw std::runtime_error(fmt::format(
        "pgvector {0}, and migration {1} needs 0.5.0 or newer; nothing was changed; install the package "
        "postgresql-{2}-pgvector (apt.postgresql.org), or use the image pgvector/pgvector:pg{2}",
        found, kMakesVector, major));
}

}  // namespace

void check_files(const std::string& directory) {
    std::error_code fault;
    std::vector<std::string> names;
    std::filesystem::directory_iterator entries(directory, fault);
    for (; !fault && entries != std::filesystem::directory_iterator(); entries.increment(fault))
        names.push_back(entries->path().filename().string());
    if (!fault)
        migrate::check_complete(names, directory);
}

void check_server(const std::string& database_url, const migrate::Status& status) {
    if (status.pending.empty())
        return;
    Session session(database_url);
    const int major = session.server_version() / 10'000;
    if (major < kOldestServer) {
        throw std::runtime_error(
            fmt::format("the server is PostgreSQL {}, and Aether's schema needs {} or newer; "
                        "nothing was changed",
                        major, kOldestServer));
    }
    const bool makes_vector = std::ranges::any_of(
        status.pending,
        [](const migrate::PendingMigration& pending) { return pending.version.number == kMakesVector; });
    if (makes_vector)
        check_vector(session, major);
}

}  // namespace aether::server
