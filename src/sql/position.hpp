// SPDX-License-Identifier: MIT
// Says where a byte stands in a text, for people: line, column, and the line at fault with a caret.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace aether::migrate::sql {

/// A place for people. Both count from 1; columns count characters.
/// A line ends at LF; CR takes no column, so CRLF is one line end.
struct Position {
    std::size_t line = 1;
    std::size_t column = 1;

    friend bool operator==(const Position&, const Position&) = default;
};

/// Returns the position of a byte; one inside a character has the character's, one past the text that of its
/// end. `start` is where the text itself begins: for a piece of a larger text, the position of the byte after
/// the piece before it.
Position position_at(std::string_view text, std::size_t offset, const Position& start = {});

/// Returns the offset of a character, counted from 1 as PostgreSQL's error position is (CR and LF are
/// characters). Nothing for 0 and beyond the last character; one past the last stands for "at end of input".
std::optional<std::size_t> find_character(std::string_view text, std::size_t number);

/// How an excerpt looks.
struct ExcerptOptions {
    std::size_t width = 120;  ///< Columns of the line that are shown; a longer line is cut, with "…" at the
                              ///< cuts; at least 10.
    std::size_t first_line = 1;  ///< Number of the text's first line.
};

/// Returns the line that holds a byte and a caret under it, without a line end after it:
///
///     3 | CREATE TABEL x(i int);
///       |        ^
///
/// Always valid UTF-8: bytes that are none, control characters and marks that turn the writing direction show
/// as U+FFFD. Tabs stay, in both lines, so that the caret is right at any tab width. Past the text: its last
/// line.
std::string excerpt(std::string_view text, std::size_t offset, const ExcerptOptions& options = {});

}  // namespace aether::migrate::sql
