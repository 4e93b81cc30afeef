// SPDX-License-Identifier: MIT
// One query that shows the version row, the history's end and the session's facts, whether the tables exist
// or not.
#pragma once

#include <libpq-fe.h>
#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::postgres {

/// Returns the query for these tables.
spi::BoundStatement look_statement(const spi::TableNames& tables);

/// Reads its only row. Throws Error (bookkeeping_failed) when a table has another shape.
spi::Look read_look(const PGresult* result);

}  // namespace aether::migrate::postgres
