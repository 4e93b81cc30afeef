// SPDX-License-Identifier: MIT
// The lexer: one pass, no memory, one table of character classes.
#include "lexer.hpp"

#include <algorithm>
#include <array>

namespace aether::migrate::sql {
namespace {

using spi::LexicalRules;

constexpr std::uint8_t kBlank = 1;
constexpr std::uint8_t kWordStart = 2;
constexpr std::uint8_t kWordPart = 4;
constexpr std::uint8_t kDigit = 8;

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (const char blank : {' ', '\t', '\n', '\r', '\f', '\v'}) {
        classes[static_cast<unsigned char>(blank)] = kBlank;
    }
    for (std::size_t c = 'a'; c <= 'z'; ++c) {
        classes[c] = kWordStart | kWordPart;
        classes[c - 'a' + 'A'] = kWordStart | kWordPart;
    }
    for (std::size_t c = 0x80; c <= 0xFF; ++c) {
        classes[c] = kWordStart | kWordPart;
    }
    for (std::size_t c = '0'; c <= '9'; ++c) {
        classes[c] = kDigit | kWordPart;
    }
    classes['_'] = kWordStart | kWordPart;
    classes['$'] = kWordPart;
    return classes;
}

constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

bool is(char c, std::uint8_t classes) {
    return (kClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

/// Returns the byte at an offset, or a zero byte past the end, which starts nothing.
char peek(std::string_view text, std::size_t at) {
    return at < text.size() ? text[at] : '\0';
}

std::size_t skip_class(std::string_view text, std::size_t at, std::uint8_t classes) {
    while (at < text.size() && is(text[at], classes)) {
        ++at;
    }
    return at;
}

std::size_t skip_line(std::string_view text, std::size_t at, const LexicalRules& rules) {
    while (at < text.size() && text[at] != '\n' && (text[at] != '\r' || rules.line_feed_ends_comments)) {
        ++at;
    }
    return at;
}

bool starts_line_comment(std::string_view text, std::size_t at, const LexicalRules& rules) {
    if (text[at] == '-' && peek(text, at + 1) == '-') {
        // The text's end counts as the zero byte that a server sees there: a control character.
        const auto next = static_cast<unsigned char>(peek(text, at + 2));
        return !rules.dash_comments_need_blank || next <= ' ' || next == 0x7F;
    }
    return text[at] == '#' && rules.hash_comments;
}

/// Returns the size of the mark that opens a conditional comment, or 0 when none is there. A version number
/// has five or six digits; fewer are code.
std::size_t conditional_mark_size(std::string_view text, std::size_t at, const LexicalRules& rules) {
    const std::string_view rest = text.substr(at);
    if (!rules.conditional_comments || !(rest.starts_with("/*!") || rest.starts_with("/*M!"))) {
        return 0;
    }
    const std::size_t version = rest[2] == '!' ? 3 : 4;
    std::size_t end = version;
    while (end < version + 6 && is(peek(rest, end), kDigit)) {
        ++end;
    }
    return end >= version + 5 ? end : version;
}

/// Where something ended, and whether by its own closing mark.
struct Extent {
    std::size_t end = 0;
    bool terminated = true;
};

/// `at` is behind the opening mark, which a nested comment may not share a byte with: "/*/" is still open.
Extent skip_block_comment(std::string_view text, std::size_t at, const LexicalRules& rules) {
    std::size_t depth = 1;
    while (at < text.size()) {
        if (text[at] == '*' && peek(text, at + 1) == '/') {
            at += 2;
            if (--depth == 0) {
                return {at, true};
            }
        } else if (rules.nested_block_comments && text[at] == '/' && peek(text, at + 1) == '*') {
            at += 2;
            ++depth;
        } else {
            ++at;
        }
    }
    return {text.size(), false};
}

enum class Escapes { none, backslash };

/// Passes quoted text; `at` is behind the opening quote. A doubled quote stands for itself.
Extent skip_quoted(std::string_view text, std::size_t at, char quote, Escapes escapes) {
    while (at < text.size()) {
        if (escapes == Escapes::none) {
            at = std::min(text.find(quote, at), text.size());
        }
        if (at < text.size() && text[at] == quote) {
            if (peek(text, at + 1) != quote) {
                return {at + 1, true};
            }
            at += 2;
        } else if (at < text.size()) {
            at += text[at] == '\\' ? 2 : 1;
        }
    }
    return {text.size(), false};
}

/// Returns where the next part of a string begins, behind its quote, or `at` when none follows. Parts are
/// kept apart by blanks with at least one line end, and line comments (PostgreSQL manual, 4.1.2.1; SQL:1992).
std::size_t find_continuation(std::string_view text, std::size_t at, const LexicalRules& rules) {
    const std::size_t string_end = at;
    bool new_line = false;
    while (at < text.size()) {
        if (is(text[at], kBlank)) {
            new_line = new_line || text[at] == '\n' || text[at] == '\r';
            ++at;
        } else if (text[at] == '-' && peek(text, at + 1) == '-') {
            at = skip_line(text, at, rules);
        } else {
            return new_line && text[at] == '\'' ? at + 1 : string_end;
        }
    }
    return string_end;
}

/// Passes a string whose quote is at `quote`, with its continuations: they follow the first part's escape
/// rule, and where there is one rule only, each part may as well be a string of its own.
Token scan_string(std::string_view text, std::size_t begin, std::size_t quote, Escapes escapes,
                  const LexicalRules& rules) {
    Extent extent = skip_quoted(text, quote + 1, '\'', escapes);
    while (extent.terminated && rules.escape_strings) {
        const std::size_t next = find_continuation(text, extent.end, rules);
        if (next == extent.end) {
            break;
        }
        extent = skip_quoted(text, next, '\'', escapes);
    }
    return {TokenKind::string, extent.terminated, begin, extent.end};
}

Token scan_identifier(std::string_view text, std::size_t begin, std::size_t quote, Escapes escapes) {
    const Extent extent = skip_quoted(text, quote + 1, text[quote], escapes);
    return {TokenKind::quoted_identifier, extent.terminated, begin, extent.end};
}

Token scan_double_quoted(std::string_view text, std::size_t begin, Escapes escapes,
                         const LexicalRules& rules) {
    Token token = scan_identifier(text, begin, begin, escapes);
    if (rules.double_quoted_strings) {
        token.kind = TokenKind::string;
    }
    return token;
}

/// Passes $tag$ … $tag$. A tag is like a name without dollar signs; what is no tag is one character of
/// punctuation.
Token scan_dollar(std::string_view text, std::size_t begin, const LexicalRules& rules) {
    const char next = peek(text, begin + 1);
    if (is(next, kDigit)) {
        return {TokenKind::parameter, true, begin, skip_class(text, begin + 1, kDigit)};
    }
    std::size_t at = begin + 1;
    if (is(next, kWordStart)) {
        while (at < text.size() && text[at] != '$' && is(text[at], kWordPart)) {
            ++at;
        }
    }
    if (!rules.dollar_quotes || peek(text, at) != '$') {
        return {TokenKind::punctuation, true, begin, begin + 1};
    }
    const std::string_view tag = text.substr(begin, at + 1 - begin);
    const std::size_t close = text.find(tag, at + 1);
    if (close == std::string_view::npos) {
        return {TokenKind::string, false, begin, text.size()};
    }
    return {TokenKind::string, true, begin, close + tag.size()};
}

/// Passes digits and single "_" between digits.
std::size_t skip_digits(std::string_view text, std::size_t at, std::uint8_t classes) {
    at = skip_class(text, at, classes);
    while (peek(text, at) == '_' && is(peek(text, at + 1), kDigit)) {
        at = skip_class(text, at + 1, classes);
    }
    return at;
}

Token scan_number(std::string_view text, std::size_t begin) {
    const char base = lower(peek(text, begin + 1));
    if (text[begin] == '0' && (base == 'x' || base == 'o' || base == 'b')) {
        std::size_t at = begin + 2;
        while (std::string_view("0123456789abcdef_").find(lower(peek(text, at))) != std::string_view::npos) {
            ++at;
        }
        return {TokenKind::number, true, begin, at};
    }
    std::size_t at = skip_digits(text, begin, kDigit);
    if (peek(text, at) == '.' && peek(text, at + 1) != '.') {
        at = skip_digits(text, at + 1, kDigit);
    }
    if (lower(peek(text, at)) == 'e') {
        const char sign = peek(text, at + 1);
        const std::size_t exponent = at + (sign == '+' || sign == '-' ? 2 : 1);
        if (is(peek(text, exponent), kDigit)) {
            at = skip_class(text, exponent, kDigit);
        }
    }
    return {TokenKind::number, true, begin, at};
}

/// Passes a word, or the string or name of which its single letter is the prefix.
Token scan_word(std::string_view text, std::size_t begin, const LexicalRules& rules) {
    const std::size_t end = skip_class(text, begin + 1, kWordPart);
    if (end == begin + 1) {
        const char prefix = lower(text[begin]);
        const char next = peek(text, end);
        if (next == '\'' && (prefix == 'b' || prefix == 'x' || prefix == 'n')) {
            return scan_string(text, begin, end, rules.backslash_escapes ? Escapes::backslash : Escapes::none,
                               rules);
        }
        if (next == '\'' && prefix == 'e' && rules.escape_strings) {
            return scan_string(text, begin, end, Escapes::backslash, rules);
        }
        if (next == '&' && prefix == 'u' && rules.escape_strings) {
            if (peek(text, end + 1) == '\'') {
                return scan_string(text, begin, end + 1, Escapes::none, rules);
            }
            if (peek(text, end + 1) == '"') {
                return scan_identifier(text, begin, end + 1, Escapes::none);
            }
        }
    }
    return {TokenKind::word, true, begin, end};
}

Token scan_other(std::string_view text, std::size_t begin, const LexicalRules& rules) {
    const Escapes escapes = rules.backslash_escapes ? Escapes::backslash : Escapes::none;
    switch (text[begin]) {
        case '\'':
            return scan_string(text, begin, begin, escapes, rules);
        case '"':
            return scan_double_quoted(text, begin, escapes, rules);
        case '$':
            return scan_dollar(text, begin, rules);
        case '`':
            if (rules.backtick_identifiers) {
                return scan_identifier(text, begin, begin, Escapes::none);
            }
            break;
        case '[':
            if (rules.bracket_identifiers) {
                // Nothing stands for "]" inside brackets (SQLite), so the first one closes.
                const std::size_t close = text.find(']', begin);
                const bool found = close != std::string_view::npos;
                return {TokenKind::quoted_identifier, found, begin, found ? close + 1 : text.size()};
            }
            break;
        case '.':
            if (is(peek(text, begin + 1), kDigit)) {
                return scan_number(text, begin);
            }
            break;
        default:
            break;
    }
    return {TokenKind::punctuation, true, begin, begin + 1};
}

bool starts_delimiter(std::string_view text, std::size_t at, std::string_view delimiter) {
    return !delimiter.empty() && text.substr(at).starts_with(delimiter);
}

/// Ends a word or number where the delimiter begins inside it.
void cut_at_delimiter(std::string_view text, Token& token, std::string_view delimiter) {
    const bool quoted = token.kind == TokenKind::quoted_identifier || token.kind == TokenKind::string;
    if (delimiter.empty() || quoted) {
        return;
    }
    const std::string_view inside = text.substr(token.begin, token.end - token.begin + delimiter.size() - 1);
    const std::size_t found = inside.find(delimiter, 1);
    token.end = found == std::string_view::npos ? token.end : token.begin + found;
}

/// Returns the token that is no blank and no comment and begins at `at`.
Token scan_token(std::string_view text, std::size_t at, const LexicalRules& rules) {
    if (is(text[at], kWordStart)) {
        return scan_word(text, at, rules);
    }
    return is(text[at], kDigit) ? scan_number(text, at) : scan_other(text, at, rules);
}

/// The same as next_token; `delimiter` is empty inside a conditional comment.
Token scan(std::string_view text, const Token& before, const LexicalRules& rules,
           std::string_view delimiter) {
    std::size_t at = before.end;
    while (true) {
        at = skip_class(text, at, kBlank);
        if (at >= text.size()) {
            return {TokenKind::end, true, text.size(), text.size()};
        }
        if (starts_delimiter(text, at, delimiter)) {
            return {TokenKind::delimiter, true, at, at + delimiter.size()};
        }
        if (starts_line_comment(text, at, rules)) {
            const std::size_t end = skip_line(text, at, rules);
            if (end == text.size()) {
                return {TokenKind::end, true, at, end};
            }
            at = end;
        } else if (text[at] == '/' && peek(text, at + 1) == '*') {
            if (const std::size_t size = conditional_mark_size(text, at, rules)) {
                return {TokenKind::mark, true, at, at + size, true};
            }
            const Extent extent = skip_block_comment(text, at + 2, rules);
            if (!extent.terminated) {
                return {TokenKind::comment, false, at, extent.end, before.conditional};
            }
            at = extent.end;
        } else if (before.conditional && text[at] == '*' && peek(text, at + 1) == '/') {
            return {TokenKind::mark, true, at, at + 2, false};
        } else {
            Token token = scan_token(text, at, rules);
            cut_at_delimiter(text, token, delimiter);
            token.conditional = before.conditional;
            return token;
        }
    }
}

}  // namespace

Token next_token(std::string_view text, const Token& before, const spi::LexicalRules& rules,
                 std::string_view delimiter) noexcept {
    return scan(text, before, rules, before.conditional ? std::string_view() : delimiter);
}

Token next_token(std::string_view text, std::size_t from, const spi::LexicalRules& rules) noexcept {
    return scan(text, {TokenKind::end, true, from, from}, rules, {});
}

std::optional<Comment> find_comment(std::string_view text, std::size_t from,
                                    const spi::LexicalRules& rules) noexcept {
    const std::size_t begin = skip_class(text, from, kBlank);
    if (begin >= text.size()) {
        return std::nullopt;
    }
    if (starts_line_comment(text, begin, rules)) {
        return Comment{true, begin, skip_line(text, begin, rules)};
    }
    if (text[begin] == '/' && peek(text, begin + 1) == '*' &&
        conditional_mark_size(text, begin, rules) == 0) {
        return Comment{false, begin, skip_block_comment(text, begin + 2, rules).end};
    }
    return std::nullopt;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept {
    return left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(),
                                                     [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace aether::migrate::sql
