// SPDX-License-Identifier: MIT
// The MySQL and MariaDB driver as a module.
#include <aether/migrate/spi/module.hpp>

#include "driver.hpp"

AETHER_MIGRATE_DRIVER_MODULE(aether::migrate::mysql::kDriver)
