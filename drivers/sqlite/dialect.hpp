// SPDX-License-Identifier: MIT
// What the engine must know of SQLite's SQL.
#pragma once

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sqlite {

/// Returns the dialect; it lives as long as the program.
const spi::Dialect& dialect();

}  // namespace aether::migrate::sqlite
