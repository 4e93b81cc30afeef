// SPDX-License-Identifier: MIT
// The list of the databases that this library is built with.
#pragma once

#include <span>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::drivers {

/// Returns every driver; the list lives as long as the program.
std::span<const spi::DriverInfo* const> all_drivers();

}  // namespace aether::migrate::drivers
