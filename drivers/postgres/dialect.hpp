// SPDX-License-Identifier: MIT
// PostgreSQL's SQL as a value: lexical rules, and which statements may run where.
#pragma once

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::postgres {

/// Returns the facts of PostgreSQL 12 to 18. Lives as long as the program.
///
/// What no text can tell is called transactional here though the server may refuse it in a transaction block
/// (25001): REINDEX or CLUSTER of a partitioned table, DROP SUBSCRIPTION with a slot, ALTER SUBSCRIPTION that
/// refreshes, a slot made after a write; and CALL or DO whose code commits (2D000).
const spi::Dialect& dialect();

}  // namespace aether::migrate::postgres
