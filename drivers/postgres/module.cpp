// SPDX-License-Identifier: MIT
// The PostgreSQL driver as a module.
#include <aether/migrate/spi/module.hpp>

#include "driver.hpp"

AETHER_MIGRATE_DRIVER_MODULE(aether::migrate::postgres::kDriver)
