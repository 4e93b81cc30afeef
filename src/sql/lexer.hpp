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
    string,             ///< '…', E'…', U&'…', B'…', X'…', N'…', $tag$…$tag$, with every continued part.
    number,             ///< 1, 1.5, .5, 1e-3, 0x1F, 1_000
    parameter,          ///< $1
    punctuation,        ///< Any other character, each its own token; a multi-byte operator is several.
    comment,  ///< Only a block comment that the text's end cuts off: never skipped, so that a server sees it.
    end       ///< No more tokens.
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
};

/// Returns the first token at or after `from`, which must be a token's end (or 0).
/// A token that touches the text's end may be longer in a longer text. Linear in the bytes it passes; never
/// throws.
Token next_token(std::string_view text, std::size_t from, const spi::LexicalRules& rules) noexcept;

/// A comment with its marks; offsets count bytes from the start of the text.
struct Comment {
    bool line = false;  ///< It goes to the end of its line, which is not part of it.
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Returns the comment that comes next at or after `from`, with nothing but blanks before it; nothing when
/// something else does. Linear in the bytes it passes; never throws.
std::optional<Comment> find_comment(std::string_view text, std::size_t from,
                                    const spi::LexicalRules& rules) noexcept;

/// Returns the small form of an ASCII letter, and any other byte as it is.
constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// Compares without regard to the case of ASCII letters.
bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

}  // namespace aether::migrate::sql
