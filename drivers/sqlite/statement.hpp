// SPDX-License-Identifier: MIT
// A prepared statement that is given back in time.
#pragma once

#include <memory>

#include <sqlite3.h>

namespace aether::migrate::sqlite {

/// The first statement of a text.
struct Prepared {
    int code = SQLITE_OK;
    /// Nothing: the text up to `tail` is blank or a comment, or was refused.
    std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{nullptr, &sqlite3_finalize};
    const char* tail = nullptr;  ///< What follows it.
};

/// Prepares the first statement of a text that ends in a zero byte: only then SQLite makes no copy of all
/// that follows it.
inline Prepared prepare(sqlite3* database, const char* text) {
    Prepared prepared;
    sqlite3_stmt* statement = nullptr;
    prepared.code = sqlite3_prepare_v2(database, text, -1, &statement, &prepared.tail);
    prepared.statement.reset(statement);
    return prepared;
}

}  // namespace aether::migrate::sqlite
