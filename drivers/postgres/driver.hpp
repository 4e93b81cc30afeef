// SPDX-License-Identifier: MIT
// The PostgreSQL driver as the engine takes it.
#pragma once

#include <array>
#include <string_view>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::postgres {

/// golang-migrate's, and scratch for private servers.
inline constexpr std::array<std::string_view, 6> kSchemes{"postgres", "postgresql", "pgx",
                                                          "pgx4",     "pgx5",       "scratch"};

extern const spi::DriverInfo kDriver;

}  // namespace aether::migrate::postgres
