// SPDX-License-Identifier: MIT
// How a driver becomes a module: a shared object that the library opens when a URL has one of its schemes.
#pragma once

#include <cstdint>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::spi {

/// The number of the interface between this library and its modules. It is raised whenever a type or a
/// function of <aether/migrate/spi/…>, or what they use, changes its layout or its meaning.
inline constexpr std::uint32_t kModuleInterface = 2;

/// What a module shows. The number comes first in all versions of this type: the rest is read when it agrees.
struct DriverModule {
    std::uint32_t interface;
    const DriverInfo* driver;
};

}  // namespace aether::migrate::spi

/// Makes a module of a driver: stands once, outside of any namespace, in a shared object that is called
/// NAME.so or SCHEME.so, links the library and the driver's client library, and lies in the folder of
/// modules. Link it with `-z now`: what it misses then shows when it is opened, and its client library starts
/// faster than if everything below it were bound at once.
#define AETHER_MIGRATE_DRIVER_MODULE(info)                                         \
    extern "C" {                                                                   \
    extern const ::aether::migrate::spi::DriverModule aether_migrate_driver_module \
        __attribute__((visibility("default")));                                    \
    const ::aether::migrate::spi::DriverModule aether_migrate_driver_module{       \
        ::aether::migrate::spi::kModuleInterface, &(info)};                        \
    }
