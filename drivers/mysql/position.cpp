// SPDX-License-Identifier: MIT
// Where in a text the server found a syntax error, from what it quotes in its message.
#include "position.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <aether/migrate/spi/characters.hpp>

namespace aether::migrate::mysql {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::string_view kCutMark = "...";  // MariaDB's; MySQL cuts without one

struct Quoted {
    std::string_view rest;
    std::size_t line = 0;
};

std::optional<Quoted> read_quoted(std::string_view message) {
    constexpr std::string_view kBefore = "near '";
    constexpr std::string_view kAfter = "' at line ";
    const std::size_t begin = message.find(kBefore);
    const std::size_t end = message.rfind(kAfter);
    if (begin == kNone || end == kNone || end < begin + kBefore.size())
        return std::nullopt;
    Quoted quoted{message.substr(begin + kBefore.size(), end - begin - kBefore.size()), 0};
    const std::string_view digits = message.substr(end + kAfter.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), quoted.line);
    return quoted;
}

// The server takes blanks and the semicolon away from a text's end.
std::string_view as_parsed(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n\f\v;");
    return last == kNone ? std::string_view() : text.substr(0, last + 1);
}

std::vector<std::size_t> find_all(std::string_view text, std::string_view part) {
    std::vector<std::size_t> places;
    for (std::size_t at = text.find(part); at != kNone; at = text.find(part, at + 1))
        places.push_back(at);
    return places;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
    const std::size_t first = std::min(text.find_first_not_of(" \t\r\n\f\v"), offset);
    return 1 + static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(first),
                                                   text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::optional<std::size_t> find_offset(const Quoted& quoted, std::string_view text) {
    const std::string_view parsed = as_parsed(text);
    const std::string_view rest = as_parsed(quoted.rest);
    if (rest.empty())
        return parsed.size();
    if (parsed.ends_with(rest))
        return parsed.size() - rest.size();
    std::vector<std::size_t> places = find_all(text, quoted.rest);
    if (places.empty() && quoted.rest.ends_with(kCutMark))
        places = find_all(text, quoted.rest.substr(0, quoted.rest.size() - kCutMark.size()));
    if (places.size() > 1)
        std::erase_if(places, [&](std::size_t place) { return line_of(text, place) != quoted.line; });
    return places.size() == 1 ? std::optional(places.front()) : std::nullopt;
}

}  // namespace

std::size_t find_place(std::string_view message, std::string_view text) {
    const std::optional<Quoted> quoted = read_quoted(message);
    if (!quoted)
        return 0;
    const std::optional<std::size_t> offset = find_offset(*quoted, text);
    return offset ? spi::characters_in(text, *offset) + 1 : 0;
}

}  // namespace aether::migrate::mysql
