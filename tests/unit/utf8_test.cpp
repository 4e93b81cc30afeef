// SPDX-License-Identifier: MIT
// What is UTF-8 and what is not, however the bytes are cut.
#include "../../src/base/utf8.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

using Offset = std::optional<std::uint64_t>;

// One character of each length and at each border of the table of well-formed sequences.
constexpr std::string_view kBorders =
    "\x7F"
    "\xC2\x80"
    "\xDF\xBF"
    "\xE0\xA0\x80"
    "\xED\x9F\xBF"
    "\xEE\x80\x80"
    "\xEF\xBF\xBF"
    "\xF0\x90\x80\x80"
    "\xF4\x8F\xBF\xBF";

TEST(utf8, accepts_every_border_character) {
    EXPECT_EQ(find_utf8_fault(kBorders), std::nullopt);
    EXPECT_EQ(find_utf8_fault(""), std::nullopt);
    EXPECT_EQ(find_utf8_fault(std::string_view("a\0b", 3)), std::nullopt);
}

TEST(utf8, refuses_what_is_no_character) {
    for (const std::string_view bad : {
             "\x80",  // a byte that only continues
             "\xBF",
             "\xC0\x80",  // overlong
             "\xC1\xBF",
             "\xE0\x80\x80",
             "\xE0\x9F\xBF",
             "\xF0\x80\x80\x80",
             "\xF0\x8F\xBF\xBF",
             "\xED\xA0\x80",  // surrogates
             "\xED\xBF\xBF",
             "\xF4\x90\x80\x80",  // above U+10FFFF
             "\xF5\x80\x80\x80",
             "\xFE",
             "\xFF",
             "\xC2 ",  // cut off by another character
             "\xE2\x82 ",
             "\xF0\x90\x80 ",
             "\xC2\xC2\x80",
             "\xC2",  // cut off by the end
             "\xE2\x82",
             "\xF0\x90\x80",
         }) {
        EXPECT_EQ(find_utf8_fault(std::string("ab") + std::string(bad)), Offset(2))
            << testing::PrintToString(bad);
    }
}

TEST(utf8, says_the_offset_of_the_first_fault_only) {
    EXPECT_EQ(find_utf8_fault("\xC3\xA4 \xFF \xFE"), Offset(3));
    EXPECT_EQ(find_utf8_fault(std::string(1000, 'x') + "\xFF"), Offset(1000));
}

TEST(utf8, pieces_give_the_same_as_the_whole_for_every_cut) {
    for (const std::string& text : {std::string(kBorders), std::string(kBorders) + "\xE2\x82",
                                    std::string("ä-abcdefgh\xED\xA0\x80z")}) {
        const Offset expected = find_utf8_fault(text);
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
            Utf8Validator validator;
            validator.take(std::string_view(text).substr(0, cut));
            validator.take(std::string_view(text).substr(cut));
            EXPECT_EQ(validator.finish(), expected) << cut;
        }
    }
}

TEST(utf8, byte_by_byte_tells_at_the_byte_that_spoils_it) {
    Utf8Validator validator;

    EXPECT_EQ(validator.take("a"), std::nullopt);
    EXPECT_EQ(validator.take("\xE2"), std::nullopt);
    EXPECT_EQ(validator.take("\x82"), std::nullopt);
    EXPECT_EQ(validator.finish(), Offset(1));
    EXPECT_EQ(validator.take("b"), Offset(1));
    EXPECT_EQ(validator.take("c"), Offset(1));
    EXPECT_EQ(validator.finish(), Offset(1));
}

TEST(utf8, knows_byte_order_marks) {
    EXPECT_EQ(find_byte_order_mark("\xEF\xBB\xBFSELECT"), ByteOrderMark::utf8);
    EXPECT_EQ(find_byte_order_mark(std::string_view("\xFF\xFES\0", 4)), ByteOrderMark::utf16_little_endian);
    EXPECT_EQ(find_byte_order_mark(std::string_view("\xFE\xFF\0S", 4)), ByteOrderMark::utf16_big_endian);
    EXPECT_EQ(find_byte_order_mark("SELECT"), ByteOrderMark::none);
    EXPECT_EQ(find_byte_order_mark("\xEF\xBB"), ByteOrderMark::none);
    EXPECT_EQ(find_byte_order_mark(""), ByteOrderMark::none);
}

TEST(utf8, counts_characters_not_bytes) {
    EXPECT_EQ(count_characters(""), 0U);
    EXPECT_EQ(count_characters("größe"), 5U);
    EXPECT_EQ(count_characters(kBorders), 9U);
}

TEST(utf8, decodes_characters_of_every_length) {
    EXPECT_EQ(decode_character("a", 0).code, U'a');
    EXPECT_EQ(decode_character("xä", 1).code, U'ä');
    EXPECT_EQ(decode_character("€", 0).code, U'€');
    EXPECT_EQ(decode_character("😀", 0).code, U'😀');
    EXPECT_EQ(decode_character("😀", 0).size, 4U);
    EXPECT_EQ(decode_character("a", 1).size, 0U);
}

TEST(utf8, decodes_bad_bytes_one_by_one) {
    EXPECT_EQ(decode_character("\xFFz", 0).code, U'\uFFFD');
    EXPECT_EQ(decode_character("\xFFz", 0).size, 1U);
    EXPECT_EQ(decode_character("\xE2\x82z", 0).size, 1U);
    EXPECT_EQ(decode_character("\xE2\x82", 0).size, 1U);
    EXPECT_EQ(decode_character("\xED\xA0\x80", 0).code, U'\uFFFD');
}

TEST(utf8, knows_how_wide_characters_are) {
    EXPECT_EQ(display_width(U'a'), 1);
    EXPECT_EQ(display_width(U'ä'), 1);
    EXPECT_EQ(display_width(U'€'), 1);
    EXPECT_EQ(display_width(U'名'), 2);
    EXPECT_EQ(display_width(U'한'), 2);
    EXPECT_EQ(display_width(U'Ａ'), 2);
    EXPECT_EQ(display_width(U'😀'), 2);
    EXPECT_EQ(display_width(U'\u0301'), 0);
    EXPECT_EQ(display_width(U'\u200B'), 0);
}

}  // namespace
}  // namespace aether::migrate
