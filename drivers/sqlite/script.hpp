// SPDX-License-Identifier: MIT
// Runs the text of a migration file, statement by statement, as SQLite cuts it.
#pragma once

#include <string_view>

#include <sqlite3.h>
#include <aether/migrate/spi/connection.hpp>

#include "wait.hpp"

namespace aether::migrate::sqlite {

/// Runs all statements of a text in order, until one fails. Rows are dropped, but those of PRAGMA
/// foreign_key_check are a failure: nobody else would read them. A statement with a parameter (`?`, `:name`)
/// is refused: SQLite would take NULL for it.
spi::ScriptResult run_script(sqlite3* database, std::string_view text, Waiter& waiter);

/// Puts into a failure what our own end of the statement tells: that its time was over.
void complete_failure(spi::ScriptResult& result, EndedBy ended_by);

}  // namespace aether::migrate::sqlite
