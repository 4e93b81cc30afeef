// SPDX-License-Identifier: MIT
// Finds the PostgreSQL server programs of this machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scratch_lock.hpp"
#include "scratch_user.hpp"

namespace aether::migrate::postgres::scratch {

/// The oldest major version that a scratch server can have.
inline constexpr int kOldestMajor = 12;

/// What decides which programs are found.
struct Search {
    std::string root{};    ///< Put before every system folder: for tests.
    std::string chosen{};  ///< AETHER_POSTGRES_BIN; empty: not set.
    std::string path{};    ///< PATH
};

/// Returns the search for this process's environment.
Search search_of_this_process();

/// Returns the folder that holds initdb and postgres: the chosen one, else the newest of the system folders
/// (/usr/lib/postgresql/N/bin and its like on other systems), else the first in PATH.
/// Throws Error (unsupported) when there is none: the hint names the package and AETHER_POSTGRES_BIN.
std::string find_programs(const Search& search);

/// Returns whether a folder holds initdb and postgres.
bool holds_programs(const std::string& folder);

/// What the programs of a folder are.
struct Programs {
    std::string folder;
    int major = 0;        ///< 15
    std::string version;  ///< "15.20", "19beta1"
};

/// Asks the programs of a folder for their version. Throws Error (unsupported) when they do not answer as
/// PostgreSQL does, or are older than kOldestMajor; connection_failed when they can't be run.
Programs load_programs(const std::string& folder, const std::optional<Identity>& identity, Deadline until);

/// Reads the answer of `postgres --version`. Returns nothing when it is another text.
std::optional<Programs> parse_version(std::string_view text);

}  // namespace aether::migrate::postgres::scratch
