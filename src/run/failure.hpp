// SPDX-License-Identifier: MIT
// From the server's refusal of a piece of a file to an error that shows the place.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/connection.hpp>

#include "script.hpp"

namespace aether::migrate::run {

/// Makes the error for a failed statement. `base` is where the text that was sent begins inside the piece,
/// and `first` the number of its first statement there. The message is golang-migrate's, with the statement's
/// first line in the place of the whole file:
///     migration failed: MESSAGE (column C), DETAIL in line L: STATEMENT (details: pq: MESSAGE)
/// What the server says passes redact(): it may quote the statement.
ErrorDetails migration_failure(const spi::ScriptFailure& failure, const std::string& path, const Piece& piece,
                               std::size_t base, std::size_t statement);

}  // namespace aether::migrate::run
