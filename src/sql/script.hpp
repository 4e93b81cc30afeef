// SPDX-License-Identifier: MIT
// What the SQL folder hands on: statements with their place in a text.
#pragma once

#include <cstddef>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// One statement of a text. Offsets count bytes from the start of the text that was split.
struct Statement {
    std::size_t begin = 0;  ///< First byte of the first token (comments and blanks before it left out).
    std::size_t end = 0;    ///< One past the last byte, the closing semicolon included.
    spi::StatementKind kind = spi::StatementKind::transactional;
    std::string_view what;  ///< The rule's name for it; empty when no rule fitted.
};

}  // namespace aether::migrate::sql
