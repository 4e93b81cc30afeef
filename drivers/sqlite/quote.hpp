// SPDX-License-Identifier: MIT
// Quoted identifiers for the driver's own statements.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/quote.hpp>

#include "dialect.hpp"

namespace aether::migrate::sqlite {

inline std::string quote(std::string_view name) {
    return spi::quote_identifier(dialect(), name);
}

}  // namespace aether::migrate::sqlite
