// SPDX-License-Identifier: MIT
// The databases of this library: which it knows, which are inside it, and how the others are found.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/drivers.hpp>
#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::drivers {

/// What is known of a driver before it is opened.
struct KnownDriver {
    std::string_view name;  ///< Its module is NAME.so, in the package aether-migrate-NAME.
    std::span<const std::string_view> schemes;
    std::string_view client_package;  ///< Debian's package of its client library.
};

/// Returns every driver of this repository, sorted by name, wherever it is.
std::span<const KnownDriver> known_drivers();

/// Returns the drivers that are inside this library. The build writes this list.
std::span<const spi::DriverInfo* const> linked_drivers();

/// Returns the driver for URLs of this scheme; opens its module when it is not inside the library, once for
/// the process. Returns nullptr when neither a known driver nor a module has that name. Throws Error:
/// driver_unusable (with the package to install), invalid_argument (AETHER_MIGRATE_DRIVERS). Threads: any.
const spi::DriverInfo* find_driver(std::string_view scheme);

/// Returns the schemes of known and of linked drivers, sorted, each once. Looks at no file.
std::vector<std::string> known_schemes();

/// See <aether/migrate/drivers.hpp>.
std::vector<Driver> list();

}  // namespace aether::migrate::drivers
