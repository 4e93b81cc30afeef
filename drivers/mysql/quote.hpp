// SPDX-License-Identifier: MIT
// Quoted identifiers for the driver's own statements: backticks hold in every sql_mode, ANSI_QUOTES too.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/quote.hpp>

#include "dialect.hpp"

namespace aether::migrate::mysql {

inline std::string quote(std::string_view name) {
    return spi::quote_identifier(dialect(), name);
}

/// Returns `schema`.`name`.
inline std::string quote(std::string_view schema, std::string_view name) {
    return quote(schema) + "." + quote(name);
}

}  // namespace aether::migrate::mysql
