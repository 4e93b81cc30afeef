// SPDX-License-Identifier: MIT
// Quoting of names.
#include "quote.hpp"

#include <aether/migrate/error.hpp>
#include <aether/migrate/spi/quote.hpp>

namespace aether::migrate::sql {

std::string quote_identifier(const spi::Dialect& dialect, std::string_view name) {
    if (name.empty()) {
        throw Error(ErrorCode::invalid_argument, "a name in the database can't be empty");
    }
    if (name.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::invalid_argument, "a name in the database can't hold a zero byte");
    }
    return spi::quote_identifier(dialect, name);
}

}  // namespace aether::migrate::sql
