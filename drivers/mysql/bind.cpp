// SPDX-License-Identifier: MIT
// Writes values into statements so that they can't be anything but values.
#include "bind.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::mysql {

namespace {

constexpr std::size_t kSafeDigits = 18;  // any number of so many fits into a bigint

bool is_integer(std::string_view text) {
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.empty() || digits.size() > kSafeDigits)
        return false;
    if (digits.front() == '0' && text != "0")
        return false;
    return digits.find_first_not_of("0123456789") == std::string_view::npos;
}

// Every character set that a client may have holds ASCII.
bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char character) {
        return character >= ' ' && character <= '~' && character != '\'' && character != '\\';
    });
}

bool is_blank(char character) {
    return character == ' ' || (character >= '\t' && character <= '\r');
}

std::string_view without_end(std::string_view sql) {
    while (!sql.empty() && (is_blank(sql.back()) || sql.back() == ';'))
        sql.remove_suffix(1);
    return sql;
}

}  // namespace

std::string literal(const spi::Value& value) {
    if (!value)
        return "NULL";
    if (is_integer(*value))
        return *value;
    if (is_plain(*value))
        return fmt::format("'{}'", *value);
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string text = "_utf8mb4 X'";
    text.reserve(text.size() + 2 * value->size() + 1);
    for (const char byte : *value) {
        const auto number = static_cast<unsigned char>(byte);
        text.push_back(kDigits[number >> 4U]);
        text.push_back(kDigits[number & 0xFU]);
    }
    text.push_back('\'');
    return text;
}

std::string bind(const spi::BoundStatement& statement) {
    const std::string_view sql = without_end(statement.sql);
    // A file's own words (BEGIN, ROLLBACK) have no values and may hold any text.
    if (statement.values.empty())
        return std::string(sql);
    std::string bound;
    std::size_t next = 0;
    char quote = '\0';  // of the text that is passed; the engine's own statements have no backslash in one
    for (const char character : sql) {
        if (quote != '\0') {
            if (character == quote)
                quote = '\0';
        } else if (character == '`' || character == '\'' || character == '"') {
            quote = character;
        } else if (character == '?') {
            if (next == statement.values.size())
                throw Error(ErrorCode::internal, "a statement has more marks than values");
            bound += literal(statement.values[next++]);
            continue;
        }
        bound.push_back(character);
    }
    if (next != statement.values.size())
        throw Error(ErrorCode::internal, "a statement has fewer marks than values");
    return bound;
}

}  // namespace aether::migrate::mysql
