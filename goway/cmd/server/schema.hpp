// SPDX-License-Identifier: MIT
// What the library tells of the schema: how it stands to this build, and what happened to it.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <aether/migrate/migrate.hpp>
#include <aether/migrate/status.hpp>

namespace aether::server {

/// One look at the schema.
struct Schema {
    migrate::Status status;
    std::vector<migrate::HistoryEntry> history;  ///< The newest first.
};

/// Returns why requests can't be served yet, as "migration 43 is missing"; nothing: they can. A database
/// that a newer build has changed, or changes now, serves this one too.
std::optional<std::string> why_not_ready(const migrate::Status& status);

/// Returns how the version row reads in words: "version 42", "version 42, dirty", "no version".
std::string version_text(const migrate::VersionState& state);

/// Returns the schema as the text of a JSON object: version, dirty, standing, newest, pending and history.
std::string to_json(const Schema& schema);

/// Looks at the schema for many clients: looks that follow within a second share one, failures too.
/// Threads: any.
class SchemaReader {
public:
    explicit SchemaReader(migrate::Options options) : options_(std::move(options)) {}

    /// Connects and reads, in 5 s at most. Throws std::runtime_error with no secret in it.
    Schema read();

private:
    struct Look {
        std::chrono::steady_clock::time_point taken;
        std::optional<Schema> schema;
        std::string error;
    };
    Look look() const;

    migrate::Options options_;
    std::mutex looking_;
    std::optional<Look> last_;
};

}  // namespace aether::server
