// SPDX-License-Identifier: MIT
// Reads the DELIMITER command of a shell client.
#include "delimiter.hpp"

#include <algorithm>

namespace aether::migrate::sql {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";
constexpr std::string_view kQuotes = "'\"`";

}  // namespace

bool is_delimiter_command(std::string_view text, const Token& word) {
    return word.kind == TokenKind::word && equals_ignoring_case(text_of(text, word), "delimiter") &&
           (word.end == text.size() || kBlanks.find(text[word.end]) != std::string_view::npos);
}

DelimiterCommand read_delimiter_command(std::string_view rest, const spi::LexicalRules& rules) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    std::string_view ends = kBlanks;
    if (!rest.empty() && kQuotes.find(rest.front()) != std::string_view::npos) {
        ends = rest.substr(0, 1);
        rest.remove_prefix(1);
    }
    DelimiterCommand command;
    command.delimiter = rest.substr(0, rest.find_first_of(ends));
    rest.remove_prefix(std::min(command.delimiter.size() + (ends.size() == 1 ? 1 : 0), rest.size()));
    const Token next = next_token(rest, 0, rules);
    if (command.delimiter.empty()) {
        return {{}, "DELIMITER without a delimiter"};
    }
    if (next.kind != TokenKind::end) {
        return {{}, "DELIMITER with more than a delimiter on its line"};
    }
    return command;
}

}  // namespace aether::migrate::sql
