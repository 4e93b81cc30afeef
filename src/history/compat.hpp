// SPDX-License-Identifier: MIT
// golang-migrate's one-row table: what a row means, and the writes that move it.
#pragma once

#include <vector>

#include <aether/migrate/report.hpp>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::history {

/// Returns what the version table says.
/// Throws Error (bookkeeping_failed) when it holds several rows, or may not be read.
VersionState state_of(const spi::Look& look);

/// Writes that replace a row which was read under the lock, and remove every other row, which the file put
/// there (a dump may hold a version table). The last one changes exactly one row, or the row that was read is
/// gone; none of them is a TRUNCATE, which would queue behind every open reader (golang-migrate's does).
std::vector<spi::BoundStatement> move_row(const std::string& table, const VersionState& from,
                                          const VersionState& to, const spi::Dialect& dialect);

/// Writes that put a row in the place of whatever is there.
std::vector<spi::BoundStatement> replace_rows(const std::string& table, const VersionState& to,
                                              const spi::Dialect& dialect);

}  // namespace aether::migrate::history
