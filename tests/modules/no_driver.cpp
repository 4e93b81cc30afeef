// SPDX-License-Identifier: MIT
// A module that promises a driver and has none.
#include <aether/migrate/spi/module.hpp>

extern "C" {
extern const aether::migrate::spi::DriverModule aether_migrate_driver_module
    __attribute__((visibility("default")));
const aether::migrate::spi::DriverModule aether_migrate_driver_module{aether::migrate::spi::kModuleInterface,
                                                                      nullptr};
}
