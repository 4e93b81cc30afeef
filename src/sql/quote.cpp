// SPDX-License-Identifier: MIT
// Quoting of names.
#include "quote.hpp"

#include <aether/migrate/error.hpp>

namespace aether::migrate::sql {

std::string quote_identifier(const spi::Dialect& dialect, std::string_view name) {
    if (name.empty()) {
        throw Error(ErrorCode::invalid_argument, "a name in the database can't be empty");
    }
    if (name.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::invalid_argument, "a name in the database can't hold a zero byte");
    }
    const std::string_view quote = dialect.identifier_quote;
    std::string quoted(quote);
    while (!name.empty()) {
        const std::size_t end = name.find(quote);
        quoted += name.substr(0, end);
        if (end == std::string_view::npos) {
            break;
        }
        quoted += quote;
        quoted += quote;
        name.remove_prefix(end + quote.size());
    }
    quoted += quote;
    return quoted;
}

}  // namespace aether::migrate::sql
