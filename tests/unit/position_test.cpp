// SPDX-License-Identifier: MIT
// Where a fault is, for people: line, column, and the excerpt with its caret.
#include "../../src/sql/position.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "../../src/base/utf8.hpp"

namespace aether::migrate::sql {
namespace {

// The place of a character that a server counted from 1.
std::optional<Position> place_of(std::string_view text, std::size_t number) {
    const std::optional<std::size_t> offset = find_character(text, number);
    return offset ? std::optional(position_at(text, *offset)) : std::nullopt;
}

// golang-migrate's own test values.
TEST(position, agrees_with_golang_migrate) {
    EXPECT_EQ(place_of("SELECT *\nFROM foo", 15), (Position{2, 6}));
    EXPECT_EQ(place_of("SELECT *\nFROM foo", 17), (Position{2, 8}));
    EXPECT_EQ(place_of("SELECT *\nFROM foo", 18), std::nullopt);
    EXPECT_EQ(place_of("SELECT *\n\nFROM foo", 16), (Position{3, 6}));
    EXPECT_EQ(place_of("SELECT *\n\nFROM foo\n\nWHERE x", 27), (Position{5, 7}));
    EXPECT_EQ(place_of("SELECT 'äöü'\nFROM größe", 20), (Position{2, 7}));
}

TEST(position, first_byte_is_at_one_one) {
    EXPECT_EQ(position_at("abc", 0), (Position{1, 1}));
    EXPECT_EQ(position_at("", 0), (Position{1, 1}));
}

TEST(position, counts_characters_not_bytes) {
    EXPECT_EQ(position_at("ä€😀x", 9), (Position{1, 4}));
}

TEST(position, inside_a_character_is_at_the_character) {
    EXPECT_EQ(position_at("ä€x", 3), (Position{1, 2}));
    EXPECT_EQ(position_at("ä€x", 4), (Position{1, 2}));
}

TEST(position, line_end_belongs_to_its_line) {
    EXPECT_EQ(position_at("ab\ncd", 2), (Position{1, 3}));
    EXPECT_EQ(position_at("ab\ncd", 3), (Position{2, 1}));
}

TEST(position, carriage_returns_take_no_column) {
    EXPECT_EQ(position_at("ab\r\ncd", 4), (Position{2, 1}));
    EXPECT_EQ(position_at("ab\r\ncd", 5), (Position{2, 2}));
    EXPECT_EQ(position_at("ab\r\ncd", 3), (Position{1, 3}));
    // golang-migrate counts this one as column 5: it forgets one carriage return for each line before.
    EXPECT_EQ(place_of("--\r\n--\r\nx TABEL", 11), (Position{3, 3}));
}

TEST(position, past_the_text_is_at_its_end) {
    EXPECT_EQ(position_at("ab\nc", 99), (Position{2, 2}));
    EXPECT_EQ(position_at("ab\n", 3), (Position{2, 1}));
}

TEST(position, pieces_give_the_same_as_the_whole_for_every_cut) {
    const std::string_view text = "aä\r\n\r\n€b\ncd\r\ne";
    const Position expected = position_at(text, text.size());

    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        if (cut < text.size() && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80) {
            continue;  // pieces are cut between characters
        }
        const Position middle = position_at(text, cut);
        EXPECT_EQ(position_at(text.substr(cut), text.size(), middle), expected) << cut;
    }
}

TEST(position, finds_characters_by_number) {
    EXPECT_EQ(find_character("aä€x", 1), 0U);
    EXPECT_EQ(find_character("aä€x", 3), 3U);
    EXPECT_EQ(find_character("aä€x", 4), 6U);
    EXPECT_EQ(find_character("aä€x", 5), std::nullopt);
    EXPECT_EQ(find_character("aä€x", 0), std::nullopt);
    EXPECT_EQ(find_character("a\r\nb", 4), 3U);
    EXPECT_EQ(find_character("", 1), std::nullopt);
}

TEST(excerpt, shows_the_line_and_a_caret) {
    EXPECT_EQ(excerpt("SELECT 1;\n-- x\nCREATE TABEL x(i int);\n", 22),
              "3 | CREATE TABEL x(i int);\n"
              "  |        ^");
}

TEST(excerpt, shows_the_last_line_at_the_end_of_the_text) {
    EXPECT_EQ(excerpt("SELECT (1", 9),
              "1 | SELECT (1\n"
              "  |          ^");
    EXPECT_EQ(excerpt("a\nb", 99), "2 | b\n  |  ^");
    EXPECT_EQ(excerpt("a\n", 2), "2 | \n  | ^");
    EXPECT_EQ(excerpt("", 0), "1 | \n  | ^");
}

TEST(excerpt, points_behind_the_line_for_its_line_end) {
    EXPECT_EQ(excerpt("ab\r\ncd", 2), "1 | ab\n  |   ^");
    EXPECT_EQ(excerpt("ab\r\ncd", 3), "1 | ab\n  |   ^");
    EXPECT_EQ(excerpt("ab\r\ncd", 4), "2 | cd\n  | ^");
}

TEST(excerpt, counts_lines_from_the_line_that_the_text_begins_with) {
    EXPECT_EQ(excerpt("a\nb", 2, {.first_line = 99}), "100 | b\n    | ^");
}

TEST(excerpt, keeps_tabs_in_both_lines) {
    EXPECT_EQ(excerpt("\ta\tb", 3), "1 | \ta\tb\n  | \t \t^");
}

TEST(excerpt, puts_the_caret_under_wide_and_combining_characters) {
    EXPECT_EQ(excerpt("名前 x", 7), "1 | 名前 x\n  |      ^");
    EXPECT_EQ(excerpt("e\xCC\x81 x", 4), "1 | e\xCC\x81 x\n  |   ^");
}

TEST(excerpt, points_at_the_character_that_holds_the_byte) {
    EXPECT_EQ(excerpt("a名b", 2), "1 | a名b\n  |  ^");
}

TEST(excerpt, shows_no_byte_that_harms_a_terminal) {
    EXPECT_EQ(excerpt("a\x1B[31m\x07 b", 8), "1 | a\uFFFD[31m\uFFFD b\n  |         ^");
    EXPECT_EQ(excerpt("a\xC2\x9B\xE2\x80\xAE b", 7), "1 | a\uFFFD\uFFFD b\n  |     ^");
    EXPECT_EQ(excerpt(std::string_view("a\0b", 3), 2), "1 | a\uFFFDb\n  |   ^");
    EXPECT_EQ(excerpt("a\rb", 2), "1 | a\uFFFDb\n  |   ^");
}

TEST(excerpt, is_utf8_whatever_the_text_is) {
    const std::string_view text = "a\xFF\xE2\x82\x80\x80\x80\x80\xED\xA0\x80\xF0\x9F z";
    for (std::size_t offset = 0; offset <= text.size(); ++offset) {
        for (std::size_t width = 0; width < 20; ++width) {
            EXPECT_EQ(find_utf8_fault(excerpt(text, offset, {.width = width})), std::nullopt);
        }
    }
}

TEST(excerpt, cuts_a_long_line_around_the_fault) {
    const std::string line = std::string(200, 'a') + "X" + std::string(200, 'b');

    EXPECT_EQ(excerpt(line, 200, {.width = 20}),
              "1 | …aaaaaaaaaaaaXbbbbb…\n"
              "  |              ^");
    EXPECT_EQ(excerpt(line, 0, {.width = 20}),
              "1 | aaaaaaaaaaaaaaaaaa…\n"
              "  | ^");
    EXPECT_EQ(excerpt(line, 401, {.width = 20}),
              "1 | …bbbbbbbbbbbbbbbbbb\n"
              "  |                    ^");
}

TEST(excerpt, shows_a_line_of_just_the_width_uncut) {
    const std::string line(120, 'a');

    EXPECT_EQ(excerpt(line, 0), "1 | " + line + "\n  | ^");
    EXPECT_NE(excerpt(line + "b", 0).find("…"), std::string::npos);
}

TEST(excerpt, cuts_by_columns_not_by_bytes) {
    std::string line;
    for (int i = 0; i < 100; ++i) {
        line += "名";
    }
    const std::string shown = excerpt(line, 150, {.width = 20});
    const std::string first = shown.substr(0, shown.find('\n'));

    EXPECT_EQ(first, "1 | …名名名名名名名名名…");
    EXPECT_EQ(shown.substr(shown.find('\n')), "\n  |              ^");
}

TEST(excerpt, caret_stays_under_the_fault_wherever_a_long_line_is_cut) {
    std::string line;
    for (int i = 0; i < 300; ++i) {
        line += static_cast<char>('a' + i % 26);
    }
    for (std::size_t offset = 0; offset < line.size(); ++offset) {
        const std::string shown = excerpt(line, offset, {.width = 30});
        const std::string_view first = std::string_view(shown).substr(0, shown.find('\n'));
        const std::string_view second = std::string_view(shown).substr(shown.find('\n') + 1);
        const std::size_t column = second.find('^');
        ASSERT_LE(count_characters(first), 34U);
        const std::optional<std::size_t> at = find_character(first, column + 1);
        ASSERT_TRUE(at.has_value());
        ASSERT_EQ(first[*at], line[offset]) << shown;
    }
}

}  // namespace
}  // namespace aether::migrate::sql
