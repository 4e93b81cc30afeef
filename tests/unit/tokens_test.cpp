// SPDX-License-Identifier: MIT
// The tokens of one statement.
#include "../../src/sql/tokens.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace aether::migrate::sql {
namespace {

using Texts = std::vector<std::string_view>;

constexpr spi::LexicalRules kRules{.dollar_quotes = true,
                                   .nested_block_comments = true,
                                   .hash_comments = false,
                                   .escape_strings = true,
                                   .backslash_escapes = false,
                                   .backtick_identifiers = false,
                                   .bracket_identifiers = false,
                                   .atomic_bodies = true,
                                   .client_commands = true};

TEST(tokens, are_words_names_strings_numbers_and_single_characters) {
    EXPECT_EQ(tokens_of("ALTER TABLE app.\"T\" ADD c int DEFAULT 1.5::int, x = E'a\\'b' || $q$;$q$", kRules),
              (Texts{"ALTER", "TABLE", "app", ".", "\"T\"", "ADD", "c",        "int", "DEFAULT", "1.5",
                     ":",     ":",     "int", ",", "x",     "=",   "E'a\\'b'", "|",   "|",       "$q$;$q$"}));
}

TEST(tokens, hold_no_comments) {
    EXPECT_EQ(tokens_of("-- a\nDROP/* b /* c */ */INDEX -- d\n i -- e", kRules),
              (Texts{"DROP", "INDEX", "i"}));
}

TEST(tokens, hold_no_marks_of_conditional_comments) {
    constexpr spi::LexicalRules kConditional{.conditional_comments = true};

    EXPECT_EQ(tokens_of("/*!50003 CREATE*/ /*M! VIEW a*/;", kConditional), (Texts{"CREATE", "VIEW", "a"}));
}

TEST(tokens, hold_no_closing_semicolon) {
    EXPECT_EQ(tokens_of("VACUUM t;", kRules), (Texts{"VACUUM", "t"}));
    EXPECT_EQ(tokens_of("VACUUM t -- why\n ; -- so", kRules), (Texts{"VACUUM", "t"}));
}

TEST(tokens, keep_semicolons_inside) {
    EXPECT_EQ(tokens_of("A (B; C);", kRules), (Texts{"A", "(", "B", ";", "C", ")"}));
}

TEST(tokens, are_none_of_an_empty_text) {
    EXPECT_EQ(tokens_of("", kRules), Texts());
    EXPECT_EQ(tokens_of(" -- a", kRules), Texts());
    EXPECT_EQ(tokens_of(";", kRules), Texts());
}

TEST(tokens, keep_a_string_that_is_never_closed) {
    EXPECT_EQ(tokens_of("SELECT 'a;", kRules), (Texts{"SELECT", "'a;"}));
    EXPECT_EQ(tokens_of("SELECT 1 /* a", kRules), (Texts{"SELECT", "1"}));
}

}  // namespace
}  // namespace aether::migrate::sql
