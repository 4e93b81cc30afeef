// SPDX-License-Identifier: MIT
// Counting lines and characters, and drawing the line at fault.
#include "position.hpp"

#include <algorithm>

#include "../base/utf8.hpp"

namespace aether::migrate::sql {
namespace {

constexpr std::string_view kCut = "…";
constexpr std::string_view kUnprintable = "\xEF\xBF\xBD";  // U+FFFD

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

/// Moves an offset inside a character to its first byte.
std::size_t character_begin(std::string_view text, std::size_t offset) {
    offset = std::min(offset, text.size());
    // No character is longer than four bytes; more of these in a row are not UTF-8 and each stands alone.
    std::size_t begin = offset;
    while (begin > 0 && offset - begin < 3 && begin < text.size() && continues(text[begin])) {
        --begin;
    }
    return begin + decode_character(text, begin).size > offset ? begin : offset;
}

/// Escape sequences of a hostile file must not reach a terminal, nor may marks that turn the writing
/// direction, which make code read as what it is not.
bool is_printable(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    const bool turns = code == 0x200E || code == 0x200F || code == 0x061C ||
                       (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return !control && !turns && code != 0xFEFF;
}

/// One character as it is shown.
struct Glyph {
    std::string_view text;
    std::size_t size = 0;  // bytes of the source
    std::size_t columns = 1;
};

Glyph glyph_at(std::string_view line, std::size_t at) {
    const DecodedCharacter character = decode_character(line, at);
    const std::string_view bytes = line.substr(at, character.size);
    if (bytes == "\t") {
        return {bytes, 1, 1};
    }
    // What is not UTF-8 decodes to U+FFFD, but its bytes must not be copied.
    if (!is_printable(character.code) || (character.code == 0xFFFD && character.size == 1)) {
        return {kUnprintable, character.size, 1};
    }
    return {bytes, character.size, static_cast<std::size_t>(display_width(character.code))};
}

/// The part of a line that is shown.
struct Window {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Returns where a window must begin so that at most `columns` columns are between it and `at`.
std::size_t step_back(std::string_view line, std::size_t at, std::size_t columns) {
    while (at > 0) {
        const std::size_t before = character_begin(line, at - 1);
        const std::size_t width = glyph_at(line, before).columns;
        if (width > columns) {
            break;
        }
        columns -= width;
        at = before;
    }
    return at;
}

std::size_t step_forward(std::string_view line, std::size_t at, std::size_t columns) {
    while (at < line.size()) {
        const Glyph glyph = glyph_at(line, at);
        if (glyph.columns > columns) {
            break;
        }
        columns -= glyph.columns;
        at += glyph.size;
    }
    return at;
}

/// Chooses what is shown of a line: all of it if it fits, else about two thirds of the width before the
/// fault, where the cause usually is. Looks only at bytes near the fault: one line may be a whole file.
Window choose_window(std::string_view line, std::size_t fault, std::size_t width) {
    width = std::max<std::size_t>(width, 10);
    if (step_forward(line, 0, width) == line.size()) {
        return {0, line.size()};
    }
    const std::size_t room = width - 2;  // both cuts take one column
    Window window;
    window.begin = step_back(line, fault, room * 2 / 3);
    window.end = step_forward(line, window.begin, room);
    if (window.end == line.size()) {
        window.begin = step_back(line, line.size(), room);
    }
    return window;
}

}  // namespace

Position position_at(std::string_view text, std::size_t offset, const Position& start) {
    const std::string_view before = text.substr(0, character_begin(text, offset));
    const std::size_t last_end = before.rfind('\n');
    Position position = start;
    std::string_view line = before;
    if (last_end != std::string_view::npos) {
        position.line += static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
        position.column = 1;
        line.remove_prefix(last_end + 1);
    }
    position.column +=
        count_characters(line) - static_cast<std::size_t>(std::count(line.begin(), line.end(), '\r'));
    return position;
}

std::optional<std::size_t> find_character(std::string_view text, std::size_t number) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!continues(text[at]) && number-- == 1) {
            return at;
        }
    }
    return std::nullopt;
}

std::string excerpt(std::string_view text, std::size_t offset, const ExcerptOptions& options) {
    offset = character_begin(text, offset);
    const std::size_t line_begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is 0
    std::string_view line = text.substr(line_begin, text.find('\n', offset) - line_begin);
    while (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    const std::size_t fault = std::min(offset - line_begin, line.size());
    const Window window = choose_window(line, fault, options.width);

    const std::size_t number = options.first_line + static_cast<std::size_t>(std::count(
                                                        text.data(), text.data() + line_begin, '\n'));
    std::string shown = std::to_string(number) + " | ";
    std::string caret = std::string(shown.size() - 3, ' ') + " | ";
    if (window.begin > 0) {
        shown += kCut;
        caret += ' ';
    }
    for (std::size_t at = window.begin; at < window.end;) {
        const Glyph glyph = glyph_at(line, at);
        shown += glyph.text;
        if (at < fault) {
            caret.append(glyph.columns, glyph.text == "\t" ? '\t' : ' ');
        }
        at += glyph.size;
    }
    if (window.end < line.size()) {
        shown += kCut;
    }
    return shown + "\n" + caret + "^";
}

}  // namespace aether::migrate::sql
