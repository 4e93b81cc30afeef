// SPDX-License-Identifier: MIT
// What the engine must know of SQLite's SQL.
#pragma once

#include <aether/migrate/spi/dialect.hpp>

namespace tiny {

const aether::migrate::spi::Dialect& dialect();

}  // namespace tiny
