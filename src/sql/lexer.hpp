// SPDX-License-Identifier: MIT
// Cuts SQL text into tokens by the lexical rules of a dialect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <aether/migrate/spi/dialect.hpp>

namespace aether::migrate::sql {

/// What a token is. Blanks and finished comments are skipped and are no tokens.
enum class TokenKind : std::uint8_t {
    word,  ///< A keyword or a bare name; letters are ASCII letters, "_" and every byte above 127.
    quoted_identifier,  ///< "name", U&"name", `name`, [name], quotes included.
    string,             ///< '…', E'…', U&'…', B'…', X'…', N'…', $tag$…$tag$, "…" where that is a string.
    number,             ///< 1, 1.5, .5, 1e-3, 0x1F, 1_000
    parameter,          ///< $1
    punctuation,        ///< Any other character, each its own token; a multi-byte operator is several.
    comment,    ///< Only a block comment that the text's end cuts off: never skipped: the server must see it.
    mark,       ///< What opens a conditional comment, with its version number, and what closes it.
    delimiter,  ///< What ends statements in place of a semicolon, see next_token.
    end         ///< No more tokens.
};

/// One token; offsets count bytes from the start of the text.
///
/// Of the end token, `end` is the text's size, and `begin` is the start of a line comment that no line end
/// closes yet, otherwise the same as `end`: a text that goes on must be read again from there.
struct Token {
    TokenKind kind = TokenKind::end;
    bool terminated = true;  ///< False when the text ends before the closing quote or comment mark.
    std::size_t begin = 0;
    std::size_t end = 0;
    bool conditional = false;  ///< What follows the token is inside a conditional comment.
};

/// Returns the token after `before`; after Token(), the first one.
/// `delimiter`: what a shell client was told to end statements by. It is found anywhere outside of quotes and
/// comments, inside words, too, but not in a conditional comment, which has no end then; empty: none.
/// A token that touches the text's end may be longer in a longer text. Linear in the bytes it passes; never
/// throws.
Token next_token(std::string_view text, const Token& before, const spi::LexicalRules& rules,
                 std::string_view delimiter = {}) noexcept;

/// The same from an offset that is a token's end (or 0) outside of any conditional comment.
Token next_token(std::string_view text, std::size_t from, const spi::LexicalRules& rules) noexcept;

/// A comment with its marks; offsets count bytes from the start of the text.
struct Comment {
    bool line = false;  ///< It goes to the end of its line, which is not part of it.
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Returns the comment that comes next at or after `from`, with nothing but blanks before it; nothing when
/// something else does, such as a conditional comment. Linear in the bytes it passes; never throws.
std::optional<Comment> find_comment(std::string_view text, std::size_t from,
                                    const spi::LexicalRules& rules) noexcept;

/// Returns the small form of an ASCII letter, and any other byte as it is.
constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Compares without regard to the case of ASCII letters.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// Returns the token's bytes.
constexpr std::string_view text_of(std::string_view text, const Token& token) {
    return text.substr(token.begin, token.end - token.begin);
}

/// Whether the token is this character of punctuation.
constexpr bool is_punctuation(std::string_view text, const Token& token, char c) {
    return token.kind == TokenKind::punctuation && text[token.begin] == c;
}

/// Whether a word is no keyword because it continues what stands before it without a blank: 1end, $end.
constexpr bool continues_name(std::string_view text, const Token& before, const Token& word) {
    return before.end == word.begin &&
           (before.kind == TokenKind::number || before.kind == TokenKind::parameter ||
            is_punctuation(text, before, '$'));
}

}  // namespace aether::migrate::sql
