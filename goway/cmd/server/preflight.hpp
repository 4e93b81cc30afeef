// SPDX-License-Identifier: MIT
// What is asked before the first migration changes anything: whether all files are there, and can run here.
#pragma once

#include <string>

#include <aether/migrate/status.hpp>

namespace aether::server {

/// Throws migrate::Error (source_unusable) that lists what is wrong with a directory of migrations: half a
/// pair, a number left out, a name that is none. A directory that can't be read is left to the migrator to
/// tell.
void check_files(const std::string& directory);

/// Throws std::runtime_error that says what to install, when the server is older than PostgreSQL 15, or when
/// the migration that makes the extension vector is pending and pgvector 0.5.0 or newer is not there. Reads
/// only. Without it 31 migrations would run before that one refuses.
void check_server(const std::string& database_url, const migrate::Status& status);

}  // namespace aether::server
