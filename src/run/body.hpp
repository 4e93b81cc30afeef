// SPDX-License-Identifier: MIT
// Hands the text of a migration file to the database.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/source.hpp>

#include "preflight.hpp"

namespace aether::migrate::run {

/// How a file's text ended.
struct BodyResult {
    std::size_t statements = 0;           ///< Completed ones.
    std::optional<ErrorDetails> failure;  ///< The first that the server refused.
};

/// Runs a file that check_script() has seen. `timeout` (0: none) is for the file, in mode each_statement for
/// each. Throws Error: connection_failed, cancelled, source_unusable (the file changed since it was checked).
BodyResult run_body(spi::Connection& connection, spi::Source& source, const std::string& file,
                    const ScriptFacts& facts, std::chrono::milliseconds timeout, std::stop_token stop);

}  // namespace aether::migrate::run
