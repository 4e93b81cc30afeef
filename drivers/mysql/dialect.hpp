// SPDX-License-Identifier: MIT
// What the engine must know about SQL of MySQL and MariaDB.
#pragma once

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::mysql {

/// The facts of MySQL and MariaDB; the value lives as long as the program.
const spi::Dialect& dialect();

}  // namespace aether::migrate::mysql
