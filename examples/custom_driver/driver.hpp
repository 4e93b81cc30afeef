// SPDX-License-Identifier: MIT
// The driver as the engine takes it.
#pragma once

#include <aether/migrate/spi/driver.hpp>

namespace tiny {

extern const aether::migrate::spi::DriverInfo kDriver;

}  // namespace tiny
