// SPDX-License-Identifier: MIT
// Reads the DELIMITER command of a shell client.
#pragma once

#include <cstddef>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

#include "lexer.hpp"

namespace aether::migrate::sql {

/// Whether a word is the command's: DELIMITER before a blank, or at the text's end.
bool is_delimiter_command(std::string_view text, const Token& word);

/// What a DELIMITER command says.
struct DelimiterCommand {
    std::string_view delimiter;  ///< Part of the line; empty when there is a fault.
    std::string_view fault;      ///< What a refusal calls the command; empty when it is one.
};

/// Reads what follows the word DELIMITER on its line: as the mysql client does, the delimiter goes up to a
/// blank, or from one quote to the next. Other than there, more on the line is a fault unless it is a
/// comment: the client passes over it in silence.
DelimiterCommand read_delimiter_command(std::string_view rest, const spi::LexicalRules& rules);

}  // namespace aether::migrate::sql
