// SPDX-License-Identifier: MIT
// All tokens of one statement at once, for whoever reads its words.
#include "tokens.hpp"

#include "lexer.hpp"

namespace aether::migrate::sql {

std::vector<std::string_view> tokens_of(std::string_view statement, const spi::LexicalRules& rules) {
    std::vector<std::string_view> tokens;
    for (Token token = next_token(statement, 0, rules); token.kind != TokenKind::end;
         token = next_token(statement, token, rules)) {
        if (token.kind != TokenKind::comment && token.kind != TokenKind::mark) {
            tokens.push_back(statement.substr(token.begin, token.end - token.begin));
        }
    }
    if (!tokens.empty() && tokens.back() == ";") {
        tokens.pop_back();
    }
    return tokens;
}

}  // namespace aether::migrate::sql
