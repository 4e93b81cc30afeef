// SPDX-License-Identifier: MIT
// The SQLite driver as the engine takes it.
#pragma once

#include <array>
#include <string_view>

#include <aether/migrate/spi/driver.hpp>

namespace aether::migrate::sqlite {

inline constexpr std::array<std::string_view, 2> kSchemes{"sqlite", "sqlite3"};

extern const spi::DriverInfo kDriver;

}  // namespace aether::migrate::sqlite
