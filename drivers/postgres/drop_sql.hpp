// SPDX-License-Identifier: MIT
// The query that finds what `drop` removes, what CASCADE takes besides, and what stays.
#pragma once

#include <string_view>

namespace aether::migrate::postgres {

/// Values: $1 the schema of the version tables (NULL: the current one), $2, $3 and $4 their names ($3 and $4
/// may be NULL). A row for each object, in the order of removal:
///     verdict   "remove", "cascade", "keep", or "extension" (a kept extension, once)
///     label     "table app.users", names fully qualified; of a kept extension its name
///     number    how many objects of a kept extension are in the schema, else NULL
///     statement the DROP of an object to remove, else NULL
extern const std::string_view kDropQuery;

}  // namespace aether::migrate::postgres
