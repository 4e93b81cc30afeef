// SPDX-License-Identifier: MIT
// Writes bound values into a statement's text in the dialect's way.
#pragma once

#include <cstddef>
#include <string>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::history {

/// Returns the mark of the value with this number, counted from 1.
inline std::string placeholder(const spi::Dialect& dialect, std::size_t number) {
    return dialect.placeholder == spi::Placeholder::dollar_number ? "$" + std::to_string(number) : "?";
}

}  // namespace aether::migrate::history
