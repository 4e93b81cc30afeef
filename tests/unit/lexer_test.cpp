// SPDX-License-Identifier: MIT
// How text is cut into tokens, by PostgreSQL's rules and by the rules of other databases.
#include "../../src/sql/lexer.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace aether::migrate::sql {
namespace {

constexpr spi::LexicalRules kPostgres{
    .dollar_quotes = true, .nested_block_comments = true, .escape_strings = true};
constexpr spi::LexicalRules kMysqlLike{
    .hash_comments = true, .backslash_escapes = true, .backtick_identifiers = true};
constexpr spi::LexicalRules kSqliteLike{.backtick_identifiers = true, .bracket_identifiers = true};

std::string_view letter_of(TokenKind kind) {
    switch (kind) {
        case TokenKind::word:
            return "w";
        case TokenKind::quoted_identifier:
            return "q";
        case TokenKind::string:
            return "s";
        case TokenKind::number:
            return "n";
        case TokenKind::parameter:
            return "$";
        case TokenKind::punctuation:
            return "p";
        case TokenKind::comment:
            return "c";
        case TokenKind::mark:
            return "m";
        case TokenKind::delimiter:
            return "d";
        case TokenKind::end:
            return "end";
    }
    return "?";
}

// Each token as "kind:text", with "!" before one that the text's end cuts off.
using Tokens = std::vector<std::string>;

Tokens tokens_of(std::string_view text, const spi::LexicalRules& rules = kPostgres,
                 std::string_view delimiter = {}) {
    Tokens tokens;
    for (Token token = next_token(text, Token(), rules, delimiter); token.kind != TokenKind::end;
         token = next_token(text, token, rules, delimiter)) {
        tokens.push_back(std::string(token.terminated ? "" : "!") + std::string(letter_of(token.kind)) + ":" +
                         std::string(text.substr(token.begin, token.end - token.begin)));
    }
    return tokens;
}

TEST(lexer, tells_words_numbers_and_punctuation_apart) {
    EXPECT_EQ(tokens_of("SELECT a1, 2 FROM t;"),
              (Tokens{"w:SELECT", "w:a1", "p:,", "n:2", "w:FROM", "w:t", "p:;"}));
}

TEST(lexer, finds_nothing_in_blanks_and_comments) {
    EXPECT_EQ(tokens_of(""), Tokens());
    EXPECT_EQ(tokens_of(" \t\r\n\f\v"), Tokens());
    EXPECT_EQ(tokens_of("-- a\n/* b */ -- c"), Tokens());
    EXPECT_EQ(tokens_of("--"), Tokens());
}

TEST(lexer, gives_offsets_in_bytes) {
    const Token token = next_token("/* é */  name ", 0, kPostgres);

    EXPECT_EQ(token.begin, 10U);
    EXPECT_EQ(token.end, 14U);
}

TEST(lexer, end_token_points_at_a_line_comment_that_may_go_on) {
    EXPECT_EQ(next_token("  -- a", 0, kPostgres).begin, 2U);
    EXPECT_EQ(next_token("  -- a", 0, kPostgres).end, 6U);
    EXPECT_EQ(next_token("  -- a\n ", 0, kPostgres).begin, 8U);
    EXPECT_EQ(next_token("   ", 0, kPostgres).begin, 3U);
}

TEST(lexer, ends_a_line_comment_at_lf_or_cr) {
    EXPECT_EQ(tokens_of("-- a\nb"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("-- a\rb"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("-- a\r\nb"), Tokens{"w:b"});
}

TEST(lexer, one_dash_or_slash_is_no_comment) {
    EXPECT_EQ(tokens_of("a-b"), (Tokens{"w:a", "p:-", "w:b"}));
    EXPECT_EQ(tokens_of("a/b"), (Tokens{"w:a", "p:/", "w:b"}));
    EXPECT_EQ(tokens_of("-"), Tokens{"p:-"});
    EXPECT_EQ(tokens_of("/"), Tokens{"p:/"});
}

TEST(lexer, comment_may_begin_inside_an_operator) {
    EXPECT_EQ(tokens_of("a +-- b\n c"), (Tokens{"w:a", "p:+", "w:c"}));
    EXPECT_EQ(tokens_of("a */* b */ c"), (Tokens{"w:a", "p:*", "w:c"}));
}

TEST(lexer, nests_block_comments_where_the_dialect_does) {
    EXPECT_EQ(tokens_of("/* /* */ a */ b"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("/* /* */ b", kSqliteLike), Tokens{"w:b"});
}

TEST(lexer, block_comment_marks_share_no_byte) {
    EXPECT_EQ(tokens_of("/*/ a */ b"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("/**/ b"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("/***/ b"), Tokens{"w:b"});
    EXPECT_EQ(tokens_of("/* /*/ */ */ b"), Tokens{"w:b"});
}

TEST(lexer, quotes_inside_comments_open_nothing) {
    EXPECT_EQ(tokens_of("-- it's $$ \"\n/* it's $$ \" */ b"), Tokens{"w:b"});
}

TEST(lexer, comment_marks_inside_strings_open_nothing) {
    EXPECT_EQ(tokens_of("'--' '/*' b"), (Tokens{"s:'--'", "s:'/*'", "w:b"}));
}

TEST(lexer, unterminated_block_comment_is_a_token) {
    EXPECT_EQ(tokens_of("a /* b"), (Tokens{"w:a", "!c:/* b"}));
    EXPECT_EQ(tokens_of("/* /* */"), Tokens{"!c:/* /* */"});
    EXPECT_EQ(tokens_of("/*"), Tokens{"!c:/*"});
    EXPECT_EQ(tokens_of("/*/"), Tokens{"!c:/*/"});
    EXPECT_EQ(tokens_of("/* *"), Tokens{"!c:/* *"});
}

TEST(lexer, doubled_quote_stands_for_itself) {
    EXPECT_EQ(tokens_of("'it''s' x"), (Tokens{"s:'it''s'", "w:x"}));
    EXPECT_EQ(tokens_of("'' x"), (Tokens{"s:''", "w:x"}));
    EXPECT_EQ(tokens_of("'''' x"), (Tokens{"s:''''", "w:x"}));
    EXPECT_EQ(tokens_of(R"("a""b" x)"), (Tokens{R"(q:"a""b")", "w:x"}));
}

TEST(lexer, backslash_means_nothing_in_a_standard_string) {
    EXPECT_EQ(tokens_of(R"('a\' x)"), (Tokens{R"(s:'a\')", "w:x"}));
    EXPECT_EQ(tokens_of(R"("a\" x)"), (Tokens{R"(q:"a\")", "w:x"}));
}

TEST(lexer, backslash_escapes_in_escape_strings) {
    EXPECT_EQ(tokens_of(R"(E'a\'b' x)"), (Tokens{R"(s:E'a\'b')", "w:x"}));
    EXPECT_EQ(tokens_of(R"(e'a\\' x)"), (Tokens{R"(s:e'a\\')", "w:x"}));
    EXPECT_EQ(tokens_of(R"(E'a''\'b' x)"), (Tokens{R"(s:E'a''\'b')", "w:x"}));
}

TEST(lexer, prefix_is_a_whole_word) {
    EXPECT_EQ(tokens_of(R"(fE'a\' x)"), (Tokens{"w:fE", R"(s:'a\')", "w:x"}));
    EXPECT_EQ(tokens_of(R"(E 'a\' x)"), (Tokens{"w:E", R"(s:'a\')", "w:x"}));
    EXPECT_EQ(tokens_of("u & 'a'"), (Tokens{"w:u", "p:&", "s:'a'"}));
    EXPECT_EQ(tokens_of("u&b"), (Tokens{"w:u", "p:&", "w:b"}));
}

TEST(lexer, knows_every_string_prefix) {
    EXPECT_EQ(tokens_of(R"(U&'\0041\' u&"d\" B'01' b'1' X'1F' x'1' N'n' n'n')"),
              (Tokens{R"(s:U&'\0041\')", R"(q:u&"d\")", "s:B'01'", "s:b'1'", "s:X'1F'", "s:x'1'", "s:N'n'",
                      "s:n'n'"}));
}

TEST(lexer, escape_prefix_means_nothing_where_the_dialect_has_none) {
    EXPECT_EQ(tokens_of(R"(E'a\' x)", kSqliteLike), (Tokens{"w:E", R"(s:'a\')", "w:x"}));
}

TEST(lexer, string_goes_on_after_a_line_end) {
    EXPECT_EQ(tokens_of("'a'\n  'b' x"), (Tokens{"s:'a'\n  'b'", "w:x"}));
    EXPECT_EQ(tokens_of("'a' -- c\n 'b' x"), (Tokens{"s:'a' -- c\n 'b'", "w:x"}));
    EXPECT_EQ(tokens_of("'a'\r'b'"), Tokens{"s:'a'\r'b'"});
    EXPECT_EQ(tokens_of("'a' 'b'"), (Tokens{"s:'a'", "s:'b'"}));
    EXPECT_EQ(tokens_of("'a' /* \n */ 'b'"), (Tokens{"s:'a'", "s:'b'"}));
    EXPECT_EQ(tokens_of("'a'\n"), Tokens{"s:'a'"});
}

TEST(lexer, continuation_keeps_the_escapes_of_the_first_part) {
    EXPECT_EQ(tokens_of("E'a'\n'b\\'c' x"), (Tokens{"s:E'a'\n'b\\'c'", "w:x"}));
    EXPECT_EQ(tokens_of("'a'\n'b\\' x"), (Tokens{"s:'a'\n'b\\'", "w:x"}));
}

TEST(lexer, dollar_quotes_end_at_their_own_tag) {
    EXPECT_EQ(tokens_of("$$a;'b$$ x"), (Tokens{"s:$$a;'b$$", "w:x"}));
    EXPECT_EQ(tokens_of("$t$ $$ $T$ $t $t$ x"), (Tokens{"s:$t$ $$ $T$ $t $t$", "w:x"}));
    EXPECT_EQ(tokens_of("$a$ $b$a$ x"), (Tokens{"s:$a$ $b$a$", "w:x"}));
    EXPECT_EQ(tokens_of("$é_1$ a $é_1$"), Tokens{"s:$é_1$ a $é_1$"});
    EXPECT_EQ(tokens_of("$$$$ x"), (Tokens{"s:$$$$", "w:x"}));
    EXPECT_EQ(tokens_of("$$a$$$ x"), (Tokens{"s:$$a$$", "p:$", "w:x"}));
}

TEST(lexer, dollar_inside_a_word_quotes_nothing) {
    EXPECT_EQ(tokens_of("a$b$c x"), (Tokens{"w:a$b$c", "w:x"}));
    EXPECT_EQ(tokens_of("a$$ x"), (Tokens{"w:a$$", "w:x"}));
}

TEST(lexer, dollar_and_digits_is_a_parameter) {
    EXPECT_EQ(tokens_of("$1 $23;"), (Tokens{"$:$1", "$:$23", "p:;"}));
    EXPECT_EQ(tokens_of("$1$"), (Tokens{"$:$1", "p:$"}));
}

TEST(lexer, dollar_without_a_tag_is_punctuation) {
    EXPECT_EQ(tokens_of("$a b"), (Tokens{"p:$", "w:a", "w:b"}));
    EXPECT_EQ(tokens_of("$"), Tokens{"p:$"});
    EXPECT_EQ(tokens_of("$-$"), (Tokens{"p:$", "p:-", "p:$"}));
    EXPECT_EQ(tokens_of("$$;$$", kSqliteLike), (Tokens{"p:$", "p:$", "p:;", "p:$", "p:$"}));
}

TEST(lexer, dollar_quote_may_follow_a_number) {
    EXPECT_EQ(tokens_of("1$a$;$a$"), (Tokens{"n:1", "s:$a$;$a$"}));
}

TEST(lexer, reads_numbers_in_every_form) {
    EXPECT_EQ(tokens_of("1 1.5 .5 1. 1e3 1E-3 1.5e+3 0x1F 0b01 0o17 1_000"),
              (Tokens{"n:1", "n:1.5", "n:.5", "n:1.", "n:1e3", "n:1E-3", "n:1.5e+3", "n:0x1F", "n:0b01",
                      "n:0o17", "n:1_000"}));
    EXPECT_EQ(tokens_of("1..10"), (Tokens{"n:1", "p:.", "n:.10"}));
    EXPECT_EQ(tokens_of("1e"), (Tokens{"n:1", "w:e"}));
    EXPECT_EQ(tokens_of("1e+"), (Tokens{"n:1", "w:e", "p:+"}));
    EXPECT_EQ(tokens_of("a.1"), (Tokens{"w:a", "n:.1"}));
}

TEST(lexer, takes_multi_byte_letters_as_parts_of_words) {
    EXPECT_EQ(tokens_of("größe 名前 x"), (Tokens{"w:größe", "w:名前", "w:x"}));
}

TEST(lexer, flags_what_the_end_cuts_off) {
    EXPECT_EQ(tokens_of("'a"), Tokens{"!s:'a"});
    EXPECT_EQ(tokens_of("'a''"), Tokens{"!s:'a''"});
    EXPECT_EQ(tokens_of("'"), Tokens{"!s:'"});
    EXPECT_EQ(tokens_of(R"(E'a\')"), Tokens{R"(!s:E'a\')"});
    EXPECT_EQ(tokens_of(R"(E'a\)"), Tokens{R"(!s:E'a\)"});
    EXPECT_EQ(tokens_of("'a'\n'b"), Tokens{"!s:'a'\n'b"});
    EXPECT_EQ(tokens_of("\"a"), Tokens{"!q:\"a"});
    EXPECT_EQ(tokens_of("$a$ b $a"), Tokens{"!s:$a$ b $a"});
    EXPECT_EQ(tokens_of("U&'a"), Tokens{"!s:U&'a"});
}

TEST(lexer, zero_byte_is_punctuation) {
    EXPECT_EQ(tokens_of(std::string_view("a\0b", 3)), (Tokens{"w:a", std::string("p:\0", 3), "w:b"}));
    EXPECT_EQ(tokens_of(std::string_view("'\0'", 3)), Tokens{std::string("s:'\0'", 5)});
}

TEST(lexer, mysql_rules_escape_in_every_string) {
    EXPECT_EQ(tokens_of(R"('a\'b' "a\"b" x)", kMysqlLike), (Tokens{R"(s:'a\'b')", R"(q:"a\"b")", "w:x"}));
    EXPECT_EQ(tokens_of(R"(N'a\'b' x)", kMysqlLike), (Tokens{R"(s:N'a\'b')", "w:x"}));
}

TEST(lexer, mysql_rules_know_hash_comments_and_backticks) {
    EXPECT_EQ(tokens_of("a # it's\n `b``;c\\` x", kMysqlLike), (Tokens{"w:a", "q:`b``;c\\`", "w:x"}));
    EXPECT_EQ(tokens_of("a # b `c"), (Tokens{"w:a", "p:#", "w:b", "p:`", "w:c"}));
}

TEST(lexer, double_quotes_may_hold_a_string) {
    constexpr spi::LexicalRules kRules{.backslash_escapes = true, .double_quoted_strings = true};

    EXPECT_EQ(tokens_of(R"("a\"b;" 'c')", kRules), (Tokens{R"(s:"a\"b;")", "s:'c'"}));
}

TEST(lexer, two_dashes_may_need_a_blank_to_be_a_comment) {
    constexpr spi::LexicalRules kRules{.dash_comments_need_blank = true};

    EXPECT_EQ(tokens_of("1--2", kRules), (Tokens{"n:1", "p:-", "p:-", "n:2"}));
    EXPECT_EQ(tokens_of("1-- 2\n3 --\t4\n5 --\n6 --\x01\n--", kRules), (Tokens{"n:1", "n:3", "n:5", "n:6"}));
    EXPECT_EQ(tokens_of("'a'\n--1\n'b'", kRules), (Tokens{"s:'a'", "p:-", "p:-", "n:1", "s:'b'"}));
}

TEST(lexer, carriage_return_may_be_part_of_a_line_comment) {
    constexpr spi::LexicalRules kRules{.line_feed_ends_comments = true};

    EXPECT_EQ(tokens_of("-- a\rb\nc", kRules), Tokens{"w:c"});
}

TEST(lexer, conditional_comments_hold_code_between_marks) {
    constexpr spi::LexicalRules kRules{.conditional_comments = true};

    EXPECT_EQ(tokens_of("/*!50003 a*/ b", kRules), (Tokens{"m:/*!50003", "w:a", "m:*/", "w:b"}));
    EXPECT_EQ(tokens_of("/*!a /* b */ '*/' -- */\n*/", kRules), (Tokens{"m:/*!", "w:a", "s:'*/'", "m:*/"}));
    EXPECT_EQ(tokens_of("/*M!100101a*/", kRules), (Tokens{"m:/*M!100101", "w:a", "m:*/"}));
    EXPECT_EQ(tokens_of("/*!1234 a*/", kRules), (Tokens{"m:/*!", "n:1234", "w:a", "m:*/"}));
    EXPECT_EQ(tokens_of("/*!1234567*/", kRules), (Tokens{"m:/*!123456", "n:7", "m:*/"}));
    EXPECT_EQ(tokens_of("/* !a */ b /*+ c */ /*M a */"), (Tokens{"w:b"}));
    EXPECT_EQ(tokens_of("/*! a */ b", kPostgres), (Tokens{"w:b"}));
}

TEST(lexer, star_and_slash_close_only_what_is_open) {
    constexpr spi::LexicalRules kRules{.conditional_comments = true};

    EXPECT_EQ(tokens_of("2 */* a */3 */ 4", kRules), (Tokens{"n:2", "p:*", "n:3", "p:*", "p:/", "n:4"}));
    EXPECT_EQ(tokens_of("/*! 2 */* 3", kRules), (Tokens{"m:/*!", "n:2", "m:*/", "p:*", "n:3"}));
}

TEST(lexer, finds_a_delimiter_outside_of_quotes_and_comments) {
    EXPECT_EQ(tokens_of("a$$b '$$' /* $$ */ 1$$$$", kMysqlLike, "$$"),
              (Tokens{"w:a", "d:$$", "w:b", "s:'$$'", "n:1", "d:$$", "d:$$"}));
    EXPECT_EQ(tokens_of("append;; -- x\n#y", kMysqlLike, "#"),
              (Tokens{"w:append", "p:;", "p:;", "d:#", "w:y"}));
    EXPECT_EQ(tokens_of("append END;", kMysqlLike, "pend;"), (Tokens{"w:append", "w:END", "p:;"}));
    EXPECT_EQ(tokens_of("append;x", kMysqlLike, "nd;"), (Tokens{"w:appe", "d:nd;", "w:x"}));
}

TEST(lexer, sqlite_rules_know_brackets) {
    EXPECT_EQ(tokens_of("[a;[b] ] x", kSqliteLike), (Tokens{"q:[a;[b]", "p:]", "w:x"}));
    EXPECT_EQ(tokens_of("[a", kSqliteLike), Tokens{"!q:[a"});
    EXPECT_EQ(tokens_of("a[1]"), (Tokens{"w:a", "p:[", "n:1", "p:]"}));
}

TEST(lexer, compares_ascii_letters_without_case) {
    EXPECT_TRUE(equals_ignoring_case("CoPy", "COPY"));
    EXPECT_FALSE(equals_ignoring_case("COPY", "COP"));
    EXPECT_FALSE(equals_ignoring_case("Ä", "ä"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));
}

TEST(lexer, finds_the_comment_that_comes_next) {
    constexpr std::string_view kText = " \n-- a\r\n/* b /* c */ */ -- d";
    spi::LexicalRules rules;
    rules.nested_block_comments = true;

    const auto first = find_comment(kText, 0, rules);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->line);
    EXPECT_EQ(kText.substr(first->begin, first->end - first->begin), "-- a");
    const auto second = find_comment(kText, first->end, rules);
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->line);
    EXPECT_EQ(kText.substr(second->begin, second->end - second->begin), "/* b /* c */ */");
    const auto third = find_comment(kText, second->end, rules);
    ASSERT_TRUE(third);
    EXPECT_EQ(kText.substr(third->begin), "-- d");
    EXPECT_FALSE(find_comment(kText, third->end, rules));
}

TEST(lexer, finds_no_comment_behind_a_token) {
    EXPECT_FALSE(find_comment("; -- a", 0, {}));
    EXPECT_FALSE(find_comment("# a", 0, {}));
    spi::LexicalRules hashes;
    hashes.hash_comments = true;
    EXPECT_TRUE(find_comment("# a", 0, hashes)->line);
    spi::LexicalRules conditional;
    conditional.conditional_comments = true;
    EXPECT_FALSE(find_comment("/*! a */", 0, conditional));
}

}  // namespace
}  // namespace aether::migrate::sql
