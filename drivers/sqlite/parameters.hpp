// SPDX-License-Identifier: MIT
// From a database URL as golang-migrate's drivers read it to what SQLite takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sqlite3.h>
#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::sqlite {

/// All that a URL says.
struct Parameters {
    spi::Settings settings;
    std::string file;       ///< As messages name it; ":memory:" for a database in memory.
    std::string open_name;  ///< What sqlite3_open_v2() takes: the same, or a URI.
    int open_flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    std::string vfs;                           ///< Empty: the default.
    std::vector<std::string> session_pragmas;  ///< Run when the connection is opened.
    std::vector<std::string> file_pragmas;     ///< Run under the migration lock, since they change the file.
    std::string backup;                        ///< x-backup: a file or a folder; empty: no copy.

    bool in_memory() const { return (open_flags & SQLITE_OPEN_MEMORY) != 0; }
    bool creates() const { return (open_flags & SQLITE_OPEN_CREATE) != 0; }
};

/// Translates a URL of one of our schemes. Throws Error (invalid_url).
Parameters read_parameters(std::string_view text);

}  // namespace aether::migrate::sqlite
