// SPDX-License-Identifier: MIT
// Quotes the names of our tables, which somebody chose.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// Returns what spi::quote_identifier() does. The name's length is not checked.
/// Throws Error (invalid_argument) for an empty name and for one that holds a zero byte.
std::string quote_identifier(const spi::Dialect& dialect, std::string_view name);

}  // namespace aether::migrate::sql
