// SPDX-License-Identifier: MIT
// What an error shows of a file: the line at fault or a statement's first line, without secrets.
#include "excerpt.hpp"

#include <algorithm>

#include "../base/redact.hpp"
#include "../sql/position.hpp"

namespace aether::migrate::run {

namespace {

constexpr std::size_t kShownBytes = 100;
// How much text on each side of the fault is searched for the word that makes a string a secret: a statement
// may be the whole of a large file.
constexpr std::size_t kSearched = std::size_t{64} * 1024;

std::size_t count_breaks(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

std::string_view line_at(std::string_view text, std::size_t number) {
    for (; number > 0; --number)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::string excerpt(const Piece& piece, std::size_t offset) {
    const std::string_view text = piece.text;
    const std::size_t begin = offset > kSearched ? offset - kSearched : 0;
    const std::string_view searched = text.substr(begin, 2 * kSearched);
    const std::size_t number = count_breaks(text.substr(begin, offset - begin));
    const std::string safe = redact_lines(searched);
    const std::string_view safe_line = line_at(safe, number);
    if (safe_line == line_at(searched, number))
        return sql::excerpt(text, offset, {.first_line = piece.start.line});
    const std::size_t line = piece.start.line + count_breaks(text.substr(0, offset));
    const std::string shown = sql::excerpt(safe_line, 0, {.first_line = line});
    return shown.substr(0, shown.find('\n'));
}

std::string headline(std::string_view statement) {
    std::string line = redact_lines(statement.substr(0, kSearched));
    line.resize(std::min(line.find_first_of("\r\n"), line.size()));
    if (line.size() <= kShownBytes)
        return line + (statement.find_first_of("\r\n") != std::string_view::npos ? " …" : "");
    std::size_t cut = kShownBytes;
    while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0U) == 0x80U) {
        --cut;
    }
    return line.substr(0, cut) + "…";
}

}  // namespace aether::migrate::run
