// SPDX-License-Identifier: MIT
// Writes names into SQL so that they can't be anything but names.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// Returns the name between the dialect's quotes, each quote inside it doubled. Its length is not checked.
/// Throws Error (invalid_argument) for an empty name and for one that holds a zero byte.
std::string quote_identifier(const spi::Dialect& dialect, std::string_view name);

}  // namespace aether::migrate::sql
