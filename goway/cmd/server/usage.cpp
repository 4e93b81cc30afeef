// SPDX-License-Identifier: MIT
// The program's only arguments: -help and -version.
#include "usage.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <aether/migrate/version.hpp>

namespace aether::server {

namespace {

constexpr std::string_view kUsage = R"(Usage: aether-server

Migrates Aether's database, then serves its schema over HTTP until SIGTERM or SIGINT.
It is the vehicle of the schema: agents, webhooks and language models are not in it.

  GET /health   200 while the process lives, also during a long migration
  GET /ready    200 while the schema of this build is there, 503 otherwise
  GET /schema   version, history and pending migrations as JSON
  GET /         the same for people, with a picture of the tables

Settings come from the environment, then from the file .env of the working directory:
  DATABASE_URL      postgres://USER:PASSWORD@HOST:PORT/DATABASE; the only one that is needed
  MIGRATIONS_PATH   a directory of migrations instead of those inside the program
  MIGRATIONS_AT_START   migrate (default); verify: refuse to start when some are missing;
                    wait: until another process has migrated
  PORT              8000
  LISTEN_ADDRESS    0.0.0.0
  LOG_LEVEL         debug, info (default), warning or error
  DATABASE_WAIT     30s: how long a start waits for a database that does not answer

Exit status: 0 after a stop while serving; 1 when it could not serve, with the error as the log's last
line; 143 or 130 when SIGTERM or SIGINT came before the schema was there.
)";

}  // namespace

bool print_usage(std::string_view argument) {
    if (argument == "-help" || argument == "--help" || argument == "-h") {
        fmt::print("{}", kUsage);
        return true;
    }
    if (argument == "-version" || argument == "--version") {
        fmt::print("{}\n", migrate::library_version());
        return true;
    }
    fmt::print(stderr, "error: aether-server takes no arguments; see aether-server -help\n");
    return false;
}

}  // namespace aether::server
