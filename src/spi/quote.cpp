// SPDX-License-Identifier: MIT
// Writes names into SQL so that they can't be anything but names.
#include <aether/migrate/spi/quote.hpp>

#include <cstddef>

namespace aether::migrate::spi {

std::string quote_identifier(const Dialect& dialect, std::string_view name) {
    const std::string_view quote = dialect.identifier_quote;
    std::string quoted(quote);
    while (!name.empty()) {
        const std::size_t end = name.find(quote);
        quoted += name.substr(0, end);
        if (end == std::string_view::npos)
            break;
        quoted += quote;
        quoted += quote;
        name.remove_prefix(end + quote.size());
    }
    quoted += quote;
    return quoted;
}

}  // namespace aether::migrate::spi
