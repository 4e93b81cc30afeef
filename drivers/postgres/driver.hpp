// SPDX-License-Identifier: MIT
// The PostgreSQL driver as the engine takes it.
#pragma once

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::postgres {

/// Schemes postgres, postgresql, pgx, pgx4, pgx5, and scratch for private servers.
extern const spi::DriverInfo kDriver;

}  // namespace aether::migrate::postgres
