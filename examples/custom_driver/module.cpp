// SPDX-License-Identifier: MIT
// Makes a module of the driver.
#include <aether/migrate/spi/module.hpp>

#include "driver.hpp"

AETHER_MIGRATE_DRIVER_MODULE(tiny::kDriver)
