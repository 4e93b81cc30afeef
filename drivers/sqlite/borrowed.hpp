// SPDX-License-Identifier: MIT
// A connection of the caller's: what it may be like, and what is put back when we are through with it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <aether/migrate/borrowed_connection.hpp>

#include "parameters.hpp"

namespace aether::migrate::sqlite {

/// Returns the name of the connection's file, and what its parameters say of the run. Throws Error
/// (invalid_url).
Parameters parameters_of(sqlite3* handle, const BorrowedConnection& borrowed);

/// Throws Error (invalid_argument) when a transaction is open or a statement is not through.
void require_idle(sqlite3* handle);

/// The settings of a connection, which we or files of migrations change.
class KeptSettings {
public:
    /// Of a connection on which none of our handlers is set.
    explicit KeptSettings(sqlite3* handle);
    KeptSettings(const KeptSettings&) = delete;
    KeptSettings& operator=(const KeptSettings&) = delete;
    /// Sets everything as it was, and takes our handlers and our function away.
    ~KeptSettings();

    /// Notes once what files may change. A PRAGMA that can't be read is not put back either.
    void note();

private:
    sqlite3* handle_;
    int busy_milliseconds_;
    std::vector<std::pair<std::string, std::string>> pragmas_;  ///< Name and value; empty: not noted.
};

}  // namespace aether::migrate::sqlite
