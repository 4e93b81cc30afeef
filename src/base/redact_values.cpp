// SPDX-License-Identifier: MIT
// Finds the values of password-like words in a text, in all the ways in which SQL writes a string.
#include "redact_values.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <aether/migrate/spi/characters.hpp>

#include "redact.hpp"

namespace aether::migrate {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// How many words may stand between IDENTIFIED and the value, as in IDENTIFIED WITH plugin BY 'value'.
constexpr int kWordsOfIdentified = 6;

// A part of the text that is masked, between two parts that are shown.
struct Secret {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string_view quote;  // Is shown on both sides of the mask.
};

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool starts_at(std::string_view text, std::size_t at, std::string_view start) {
    return at <= text.size() && text.substr(at).starts_with(start);
}

std::size_t end_of_comment(std::string_view text, std::size_t begin) {
    std::size_t depth = 0;
    for (std::size_t i = begin; i + 1 < text.size(); ++i) {
        if (starts_at(text, i, "/*")) {
            ++depth;
            ++i;
        } else if (starts_at(text, i, "*/")) {
            ++i;
            if (--depth == 0)
                return i + 1;
        }
    }
    return text.size();
}

// Skips blanks, line breaks and the comments of SQL.
std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        if (is_blank(text[at])) {
            ++at;
        } else if (starts_at(text, at, "--")) {
            at = std::min(text.find('\n', at), text.size());
        } else if (starts_at(text, at, "/*")) {
            at = end_of_comment(text, at);
        } else {
            break;
        }
    }
    return at;
}

std::size_t count_same(std::string_view text, std::size_t at) {
    return std::min(text.find_first_not_of(text[at], at), text.size()) - at;
}

// Returns the position of the quote that ends a string; a backslash and a doubled quote both make the next
// character part of it.
std::size_t find_closing(std::string_view text, std::size_t begin, char quote) {
    for (std::size_t i = begin; i < text.size(); ++i) {
        const bool doubled = text[i] == quote && i + 1 < text.size() && text[i + 1] == quote;
        if (text[i] == '\\' || doubled) {
            ++i;
        } else if (text[i] == quote) {
            return i;
        }
    }
    return text.size();
}

// The same inside a string whose own quotes are doubled: ''value''.
std::size_t find_closing_run(std::string_view text, std::size_t begin, std::string_view quotes) {
    for (std::size_t i = text.find(quotes, begin); i < text.size(); i = text.find(quotes, i)) {
        if (count_same(text, i) < 2 * quotes.size())
            return i;
        i += 2 * quotes.size();
    }
    return text.size();
}

Secret quoted_at(std::string_view text, std::size_t at) {
    const std::size_t run = count_same(text, at);
    const std::size_t behind = at + run;
    if (run % 2 == 1) {
        const std::string_view quote = text.substr(at, 1);
        return {at + 1, find_closing(text, at + 1, text[at]), quote};
    }
    const std::string_view quotes = text.substr(at, run);
    if (behind == text.size() || is_blank(text[behind]) ||
        std::string_view(",;)").find(text[behind]) != kNone)
        return {at + run / 2, at + run / 2, quotes.substr(run / 2)};
    return {behind, find_closing_run(text, behind, quotes), quotes};
}

// $$value$$ and $tag$value$tag$.
std::optional<Secret> dollar_quoted_at(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != '$' && is_key_character(text[end]))
        ++end;
    const bool number = end > at + 1 && text[at + 1] >= '0' && text[at + 1] <= '9';
    if (end >= text.size() || text[end] != '$' || number)
        return std::nullopt;
    const std::string_view quote = text.substr(at, end + 1 - at);
    return Secret{end + 1, std::min(text.find(quote, end + 1), text.size()), quote};
}

std::optional<Secret> string_at(std::string_view text, std::size_t at) {
    constexpr std::string_view kPrefixes = "eEnNbBxX";
    if (at < text.size() && kPrefixes.find(text[at]) != kNone && starts_at(text, at + 1, "'"))
        at += 1;
    else if (starts_at(text, at, "U&'") || starts_at(text, at, "u&'"))
        at += 2;
    if (at >= text.size())
        return std::nullopt;
    if (text[at] == '\'' || text[at] == '"')
        return quoted_at(text, at);
    return text[at] == '$' ? dollar_quoted_at(text, at) : std::nullopt;
}

std::size_t end_of(const Secret& secret, std::string_view text) {
    return std::min(secret.end + secret.quote.size(), text.size());
}

// All up to the statement's end, of a value that is put together from parts.
Secret rest_of_statement(std::string_view text, std::size_t begin) {
    return {begin, std::min(text.find(';', begin), text.size()), {}};
}

// A place holder of format() or EXECUTE … USING, or the part behind a joined string's first end.
bool is_put_together(std::string_view text, std::size_t at) {
    const bool number =
        starts_at(text, at, "$") && at + 1 < text.size() && text[at + 1] >= '0' && text[at + 1] <= '9';
    return starts_at(text, at, "%") || starts_at(text, at, "||") || number;
}

// A value without quotes, or a call such as crypt('value', …), up to a blank.
Secret word_at(std::string_view text, std::size_t begin) {
    std::size_t end = begin;
    while (end < text.size() && !ends_word(text[end]) && text[end] != '&') {
        const bool argument = text[end] == '\'' && end > begin && text[end - 1] == '(';
        end = argument ? std::min(find_closing(text, end + 1, '\'') + 1, text.size()) : end + 1;
    }
    return {begin, end, {}};
}

// Adds the strings that go on with a string: 'a' on one line, 'b' on the next, and what || joins to it.
Secret with_parts(std::string_view text, const Secret& first) {
    Secret whole = first;
    while (true) {
        const std::size_t end = end_of(whole, text);
        const std::size_t next = skip_space(text, end);
        if (starts_at(text, next, "||"))
            return rest_of_statement(text, first.begin - first.quote.size());
        const bool goes_on = text.substr(end, next - end).find('\n') != kNone && starts_at(text, next, "'");
        if (!goes_on || whole.quote != "'")
            return whole;
        whole.end = quoted_at(text, next).end;
    }
}

// Returns the value that begins at a position; `equals` says that one without quotes counts too.
std::optional<Secret> value_at(std::string_view text, std::size_t at, bool equals) {
    const std::size_t begin = skip_space(text, at);
    if (is_put_together(text, begin))
        return rest_of_statement(text, begin);
    if (const std::optional<Secret> found = string_at(text, begin)) {
        if (is_put_together(text, skip_space(text, found->begin)))
            return rest_of_statement(text, begin);
        return with_parts(text, *found);
    }
    const std::size_t word = std::min(text.find_first_not_of(" \t", at), text.size());
    if (!equals || word == text.size() || is_blank(text[word]))
        return std::nullopt;
    return word_at(text, word);
}

// Returns the value of a key that ends at a position.
std::optional<Secret> value_of_key(std::string_view text, std::size_t at) {
    if (starts_at(text, at, "\""))
        ++at;
    at = skip_space(text, at);
    const bool equals = starts_at(text, at, "=");
    const bool opens = starts_at(text, at, ":") || starts_at(text, at, "(");
    return value_at(text, equals || opens ? at + 1 : at, equals);
}

// Returns the value behind IDENTIFIED, as in IDENTIFIED WITH plugin BY 'value'.
std::optional<Secret> value_of_identified(std::string_view text, std::size_t at) {
    std::string word;
    for (int words = 0; words < kWordsOfIdentified; ++words) {
        const std::size_t begin = skip_space(text, at);
        const bool introduced = word == "by" || word == "as" || word == "using";
        if (introduced && string_at(text, begin))
            return value_at(text, begin, false);
        at = begin;
        while (at < text.size() && is_key_character(text[at]))
            ++at;
        if (at == begin)
            break;
        word = spi::lower_case(text.substr(begin, at - begin));
    }
    return std::nullopt;
}

}  // namespace

bool ends_word(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' || c == '<' || c == '>' || c == '`';
}

bool is_key_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '%';
}

void append_mask(std::string& out, std::string_view hidden, LineBreaks breaks) {
    out.append(kMask);
    if (breaks == LineBreaks::dropped)
        return;
    for (auto left = std::ranges::count(hidden, '\n'); left > 0; --left)
        out.append("\n").append(kMask);
}

std::string mask_values(std::string_view text, LineBreaks breaks) {
    std::string out;
    std::size_t i = 0;
    while (i < text.size()) {
        const std::size_t begin = i;
        while (i < text.size() && is_key_character(text[i]))
            ++i;
        if (i == begin) {
            out += text[i++];
            continue;
        }
        const std::string_view key = text.substr(begin, i - begin);
        out.append(key);
        std::optional<Secret> value;
        if (is_secret_key(key))
            value = value_of_key(text, i);
        else if (spi::lower_case(key) == "identified")
            value = value_of_identified(text, i);
        if (!value)
            continue;
        out.append(text.substr(i, value->begin - i));
        append_mask(out, text.substr(value->begin, value->end - value->begin), breaks);
        out.append(value->quote);
        i = end_of(*value, text);
    }
    return out;
}

}  // namespace aether::migrate
