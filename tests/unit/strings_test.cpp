// SPDX-License-Identifier: MIT
// The small text helpers.
#include "../../src/base/strings.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <aether/migrate/spi/characters.hpp>

namespace aether::migrate {
namespace {

TEST(strings, lower_case_changes_ascii_letters_only) {
    EXPECT_EQ(spi::lower_case("FILE+Ä1"), "file+Ä1");
}

TEST(strings, hex_value_knows_both_cases) {
    EXPECT_EQ(hex_value('0'), 0);
    EXPECT_EQ(hex_value('9'), 9);
    EXPECT_EQ(hex_value('a'), 10);
    EXPECT_EQ(hex_value('F'), 15);
    EXPECT_EQ(hex_value('g'), -1);
    EXPECT_EQ(hex_value('\0'), -1);
}

// The expected texts are what Go's strconv.Quote prints.
TEST(strings, quotes_as_go_does) {
    EXPECT_EQ(go_quoted(":x"), R"(":x")");
    EXPECT_EQ(go_quoted(R"(a"b\c)"), R"("a\"b\\c")");
    EXPECT_EQ(go_quoted("\a\b\f\n\r\t\v"), R"("\a\b\f\n\r\t\v")");
    EXPECT_EQ(go_quoted(std::string_view("\x00\x1b\x7f", 3)), R"("\x00\x1b\x7f")");
    EXPECT_EQ(go_quoted("größe"), R"("größe")");
}

}  // namespace
}  // namespace aether::migrate
