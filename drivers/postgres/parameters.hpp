// SPDX-License-Identifier: MIT
// From a database URL as golang-migrate's drivers read it to the keywords that libpq takes.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <aether/migrate/spi/driver.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate::postgres {

/// How golang-migrate's client library for a scheme shows the server's errors.
enum class ErrorStyle {
    lib_pq,  ///< pq: TEXT
    pgx      ///< ERROR: TEXT (SQLSTATE 42601)
};

/// How the session writes and reads dates and numbers, before a file sets it.
enum class Formats {
    of_the_server,  ///< As the server, the database or the role says.
    of_lib_pq       ///< As lib/pq asks for whatever they say: 01/02/2026 is in January.
};

/// How processes exclude each other.
enum class LockStrategy {
    advisory,  ///< golang-migrate's ids as session locks.
    table      ///< A row of the lock table; see also advisory_beside_table.
};

/// All that a URL says.
struct Parameters {
    std::vector<std::pair<std::string, std::string>> keywords;  ///< For PQconnectStartParams.
    spi::Settings settings;
    ErrorStyle error_style = ErrorStyle::lib_pq;
    Formats formats = Formats::of_the_server;
    LockStrategy lock_strategy = LockStrategy::advisory;
    /// golang-migrate takes its advisory id for this scheme whatever the strategy says.
    bool advisory_beside_table = false;
    std::string lock_table = "schema_lock";
    std::chrono::milliseconds lock_lease{60'000};  ///< How long a row of the lock table lives unrenewed.
    /// Names of the server's parameters that the URL sets.
    std::vector<std::string> server_settings;
    /// The database's name as golang-migrate's command hashes it: the path with its slash; nothing: the
    /// server's.
    std::optional<std::string> lock_database;
    std::optional<std::chrono::seconds> connect_timeout;
};

/// Throws Error (invalid_url) unless "//" follows the scheme: without it neither host nor user nor password
/// would be read, and the default database would be migrated. The text shows nothing of the URL.
void require_authority(const Url& url);

/// Translates a URL of one of our schemes.
/// Query keys that libpq does not know become server parameters, as both lib/pq and pgx do it.
/// Throws Error (invalid_url).
Parameters read_parameters(const Url& url);

}  // namespace aether::migrate::postgres
