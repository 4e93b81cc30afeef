// SPDX-License-Identifier: MIT
// All tokens of one statement at once, for whoever reads its words.
#pragma once

#include <string_view>
#include <vector>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// Returns the texts of a statement's tokens in order: without comments, the marks
/// of conditional ones, and the closing semicolon.
/// They are parts of `statement` and valid as long as its text.
std::vector<std::string_view> tokens_of(std::string_view statement, const spi::LexicalRules& rules);

}  // namespace aether::migrate::sql
