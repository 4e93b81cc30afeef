// SPDX-License-Identifier: MIT
// What the environment tells the server, checked before anything is opened.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <aether/migrate/startup.hpp>

#include "dotenv.hpp"
#include "json_log.hpp"

namespace aether::server {

/// Settings of the server; each stands beside the variable that gives it.
struct Config {
    std::string database_url;             ///< DATABASE_URL, the only one that has no default.
    std::string migrations_path;          ///< MIGRATIONS_PATH; empty: the migrations inside the program.
    std::string address = "0.0.0.0";      ///< LISTEN_ADDRESS
    std::uint16_t port = 8000;            ///< PORT
    LogLevel log_level = LogLevel::info;  ///< LOG_LEVEL
    std::chrono::milliseconds database_wait{30'000};  ///< DATABASE_WAIT: how long a start waits for it.
    migrate::WhoMigrates who_migrates = migrate::WhoMigrates::migrate;  ///< MIGRATIONS_AT_START
};

/// Returns the variables of the environment that the server knows, and below them those of the file .env in
/// the working directory. Throws std::runtime_error for a file that is not in the form.
Variables load_variables();

/// Checks all variables and throws one std::runtime_error that lists every fault; none of them shows a
/// value that may be a secret. A variable that is empty counts as not given; unknown ones are ignored.
Config read_config(const Variables& variables);

}  // namespace aether::server
