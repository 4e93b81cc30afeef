// SPDX-License-Identifier: MIT
// The query keys of Go's SQLite libraries, as the PRAGMAs that they stand for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aether::migrate::sqlite {

/// What the keys of a URL ask for.
struct Pragmas {
    std::vector<std::string> session;  ///< Of the connection: run when it is opened.
    std::vector<std::string> file;     ///< Of the file: run under the migration lock.
    int busy_milliseconds = -1;        ///< -1: not given.
};

/// Takes a key of mattn's go-sqlite3 (`_foreign_keys`, `_fk`, `_journal_mode`, …) or modernc's (`_pragma`).
/// Others are passed over. Throws Error (invalid_url) for a value that those libraries refuse, too.
void read_pragma(std::string_view key, std::string_view value, Pragmas& pragmas);

}  // namespace aether::migrate::sqlite
