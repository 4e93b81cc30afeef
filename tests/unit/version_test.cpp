// SPDX-License-Identifier: MIT
// How migration numbers are read and printed.
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <aether/migrate/version.hpp>

namespace aether::migrate {
namespace {

TEST(version, reads_plain_digits) {
    EXPECT_EQ(parse_version("0"), Version{0});
    EXPECT_EQ(parse_version("17"), Version{17});
    EXPECT_EQ(parse_version("20240102030405"), Version{20240102030405});
}

TEST(version, ignores_leading_zeros_however_many) {
    EXPECT_EQ(parse_version("000017"), Version{17});
    EXPECT_EQ(parse_version(std::string(100, '0') + "1"), Version{1});
}

TEST(version, reads_the_largest_number_that_a_database_can_store) {
    EXPECT_EQ(parse_version("9223372036854775807"), kMaxVersion);
}

TEST(version, refuses_numbers_above_the_largest) {
    EXPECT_EQ(parse_version("9223372036854775808"), std::nullopt);
    EXPECT_EQ(parse_version("18446744073709551615"), std::nullopt);
    EXPECT_EQ(parse_version("18446744073709551617"), std::nullopt);
    EXPECT_EQ(parse_version(std::string(400, '9')), std::nullopt);
}

TEST(version, refuses_what_is_no_plain_number) {
    for (const std::string_view text :
         {"", "-1", "+1", " 1", "1 ", "0x10", "1_000", "1.0", "a", "1a", "\xD9\xA1"}) {
        EXPECT_EQ(parse_version(text), std::nullopt) << text;
    }
}

TEST(version, prints_no_version_as_minus_one) {
    EXPECT_EQ(to_string(std::nullopt), "-1");
    EXPECT_EQ(to_string(Version{0}), "0");
    EXPECT_EQ(to_string(kMaxVersion), "9223372036854775807");
}

TEST(version, names_itself_in_a_sentence) {
    EXPECT_EQ(in_words(std::nullopt), "no version");
    EXPECT_EQ(in_words(Version{7}), "version 7");
}

TEST(version, orders_by_number) {
    EXPECT_LT(Version{9}, Version{10});
    EXPECT_EQ(Version{9}, Version{9});
}

TEST(version, names_both_directions) {
    EXPECT_EQ(name_of(Direction::up), "up");
    EXPECT_EQ(name_of(Direction::down), "down");
}

TEST(version, library_version_has_three_numbers) {
    const std::string text(library_version());
    const std::size_t first = text.find('.');
    const std::size_t second = text.find('.', first + 1);

    ASSERT_NE(first, std::string::npos);
    ASSERT_NE(second, std::string::npos);
    EXPECT_TRUE(parse_version(text.substr(0, first)));
    EXPECT_TRUE(parse_version(text.substr(first + 1, second - first - 1)));
    EXPECT_TRUE(parse_version(text.substr(second + 1)));
}

}  // namespace
}  // namespace aether::migrate
