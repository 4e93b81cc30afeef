// SPDX-License-Identifier: MIT
// The MySQL and MariaDB driver as the engine takes it.
#pragma once

#include <array>
#include <string_view>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::mysql {

/// golang-migrate's, and the other name of the same thing.
inline constexpr std::array<std::string_view, 2> kSchemes{"mysql", "mariadb"};

extern const spi::DriverInfo kDriver;

}  // namespace aether::migrate::mysql
