// SPDX-License-Identifier: MIT
// golang-migrate's lock ids, for drivers of databases on which it locks.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Returns the id that golang-migrate (4.15 and later) locks: CRC-32 (IEEE) of the names joined by NUL, the
/// database last, times 1486364155 modulo 2^32. On PostgreSQL the names are the raw schema and table of the
/// version table, for the lock table of its pgx driver there are none, on MySQL "DATABASE:TABLE" stands for
/// the database.
AETHER_MIGRATE_EXPORT std::uint32_t lock_id(std::initializer_list<std::string_view> names,
                                            std::string_view database);

}  // namespace aether::migrate::spi
