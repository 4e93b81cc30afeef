// SPDX-License-Identifier: MIT
// The pattern language of a dialect's statement table.
#include "../../src/sql/classify.hpp"

#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate::sql {
namespace {

using spi::StatementKind;
using spi::StatementRule;

// Says whether a statement fits a pattern, alone in the table of a made-up dialect.
bool fits(std::string_view pattern, std::string_view statement) {
    const std::array<StatementRule, 1> rules{{{pattern, StatementKind::refused, "rule"}}};
    spi::Dialect dialect;
    dialect.lexical = {.dollar_quotes = true, .nested_block_comments = true, .escape_strings = true};
    dialect.statements = rules;
    return classify(statement, dialect).what == "rule";
}

TEST(classify, statement_without_a_rule_is_transactional) {
    const Classification found = classify("SELECT 1", spi::Dialect());

    EXPECT_EQ(found.kind, StatementKind::transactional);
    EXPECT_EQ(found.what, "");
}

TEST(classify, first_rule_that_fits_decides) {
    constexpr std::array<StatementRule, 3> kRules{{{"SET A", StatementKind::refused, "one"},
                                                   {"SET", StatementKind::non_transactional, "two"},
                                                   {"SET B", StatementKind::refused, "three"}}};
    spi::Dialect dialect;
    dialect.statements = kRules;

    EXPECT_EQ(classify("SET a", dialect).what, "one");
    EXPECT_EQ(classify("SET b", dialect).what, "two");
    EXPECT_EQ(classify("SET b", dialect).kind, StatementKind::non_transactional);
    EXPECT_EQ(classify("RESET b", dialect).what, "");
}

TEST(classify, words_compare_without_case) {
    EXPECT_TRUE(fits("DROP INDEX", "drop Index x"));
    EXPECT_FALSE(fits("DROP INDEX", "DROP TABLE x"));
    EXPECT_FALSE(fits("DROP INDEX", "DROP"));
    EXPECT_FALSE(fits("DROP INDEX", "DROPINDEX"));
}

TEST(classify, word_fits_no_longer_word) {
    EXPECT_FALSE(fits("BEGIN", "BEGINNING"));
    EXPECT_FALSE(fits("BEGIN", "BEGI"));
    EXPECT_TRUE(fits("BEGIN", "BEGIN;"));
}

TEST(classify, comments_and_blanks_do_not_matter) {
    EXPECT_TRUE(fits("DROP INDEX", "-- x\n/* y */ DROP -- z\r\n\tINDEX/**/a"));
}

TEST(classify, conditional_comments_are_read_as_code) {
    constexpr std::array<StatementRule, 1> kRules{{{"DROP INDEX .", StatementKind::refused, "rule"}}};
    spi::Dialect dialect;
    dialect.statements = kRules;
    dialect.lexical.conditional_comments = true;

    EXPECT_EQ(classify("/*!50000 DROP*/ /*! INDEX */;", dialect).what, "rule");
    EXPECT_EQ(classify("/*!50000 DROP*/ /* INDEX */;", dialect).what, "");
}

TEST(classify, quoted_names_and_strings_fit_no_word) {
    EXPECT_FALSE(fits("DROP INDEX", "DROP \"INDEX\""));
    EXPECT_FALSE(fits("DROP INDEX", "DROP 'INDEX'"));
    EXPECT_FALSE(fits("DROP INDEX", "DROP $$INDEX$$"));
}

TEST(classify, string_fits_only_a_string) {
    EXPECT_TRUE(fits("A = 'off'", "a = 'OFF'"));
    EXPECT_FALSE(fits("A = 'off'", "a = off"));
    EXPECT_FALSE(fits("A = 'off'", "a = \"off\""));
}

TEST(classify, dots_between_quotes_fit_any_string) {
    EXPECT_TRUE(fits("A ( '…' , '…' ) .", "a ('x', E'y\\'z')"));
    EXPECT_TRUE(fits("A ( '…' , '…' ) .", "a ('', 'x'\n'y')"));
    EXPECT_FALSE(fits("A ( '…' , '…' ) .", "a ('x', y)"));
    EXPECT_FALSE(fits("A ( '…' , '…' ) .", "a ('x', 1)"));
    EXPECT_FALSE(fits("A ( '…' , '…' ) .", "a ('x', \"y\")"));
    EXPECT_FALSE(fits("A ( '…' , '…' ) .", "a ('x', 'y' , 'z')"));
    EXPECT_FALSE(fits("A '…'", "a"));
}

TEST(classify, optional_word_may_be_absent) {
    EXPECT_TRUE(fits("CREATE [UNIQUE] INDEX", "CREATE INDEX"));
    EXPECT_TRUE(fits("CREATE [UNIQUE] INDEX", "CREATE UNIQUE INDEX"));
    EXPECT_FALSE(fits("CREATE [UNIQUE] INDEX", "CREATE UNIQUE UNIQUE INDEX"));
    EXPECT_FALSE(fits("CREATE [UNIQUE] INDEX", "CREATE UNIQUE"));
    EXPECT_TRUE(fits("A [B] [C] D", "A C D"));
    EXPECT_FALSE(fits("A [B] [C] D", "A C B D"));
}

TEST(classify, one_of_several_words_fits) {
    EXPECT_TRUE(fits("END WORK|TRANSACTION", "END work"));
    EXPECT_TRUE(fits("END WORK|TRANSACTION", "END TRANSACTION"));
    EXPECT_FALSE(fits("END WORK|TRANSACTION", "END X"));
    EXPECT_TRUE(fits("END [WORK|TRANSACTION] AND", "END AND"));
    EXPECT_TRUE(fits("END [WORK|TRANSACTION] AND", "END TRANSACTION AND"));
    EXPECT_FALSE(fits("END [WORK|TRANSACTION] AND", "END TRANSACTION WORK AND"));
}

TEST(classify, dots_skip_any_number_of_tokens) {
    EXPECT_TRUE(fits("COPY … FROM STDIN", "COPY t FROM STDIN"));
    EXPECT_TRUE(fits("COPY … FROM STDIN", "COPY s.\"T\" (a, \"from\") FROM STDIN WITH (FORMAT csv)"));
    EXPECT_TRUE(fits("COPY … FROM STDIN", "COPY FROM STDIN"));
    EXPECT_TRUE(fits("COPY … FROM STDIN", "COPY FROM FROM FROM STDIN"));
    EXPECT_FALSE(fits("COPY … FROM STDIN", "COPY t FROM x STDIN"));
    EXPECT_FALSE(fits("COPY … FROM STDIN", "COPY t FROM 'STDIN'"));
    EXPECT_TRUE(fits("A … B … C", "A B B x C"));
    EXPECT_FALSE(fits("A … B … C", "A C B"));
}

TEST(classify, punctuation_is_a_token_of_one_character) {
    EXPECT_TRUE(fits("A ( … ) B", "A (x, (y)) B"));
    EXPECT_FALSE(fits("A ( … ) B", "A (x) C"));
    EXPECT_TRUE(fits("A : : B", "A::B"));
    EXPECT_TRUE(fits("A [ 1", "A[1]"));
    EXPECT_TRUE(fits("\\", "\\echo"));
}

TEST(classify, final_dot_asks_for_the_end) {
    for (const std::string_view statement :
         {"CLUSTER", "CLUSTER;", "CLUSTER VERBOSE ;", "CLUSTER -- x\n; -- y", "CLUSTER -- x",
          "CLUSTER VERBOSE /* x */ -- y"}) {
        EXPECT_TRUE(fits("CLUSTER [VERBOSE] .", statement)) << statement;
    }
    for (const std::string_view statement : {"CLUSTER t", "CLUSTER VERBOSE t;", "CLUSTER; x", "CLUSTER ."}) {
        EXPECT_FALSE(fits("CLUSTER [VERBOSE] .", statement)) << statement;
    }
    EXPECT_TRUE(fits("A … B .", "A B x B;"));
    EXPECT_FALSE(fits("A … B .", "A B x"));
}

TEST(classify, dot_before_the_end_is_punctuation) {
    EXPECT_TRUE(fits("A . B", "A.B"));
    EXPECT_FALSE(fits("A . B", "A"));
}

TEST(classify, semicolon_inside_is_a_token) {
    EXPECT_TRUE(fits("A ( B ; C )", "A (B; C);"));
}

TEST(classify, takes_a_pattern_of_the_full_size) {
    std::string pattern = "A";
    for (int i = 0; i < 30; ++i) {
        pattern += " [A]";
    }

    EXPECT_TRUE(fits(pattern + " .", "A A A A"));
    EXPECT_FALSE(fits(pattern + " .", "A A B"));
}

TEST(classify, empty_statement_fits_nothing) {
    EXPECT_FALSE(fits("A", ""));
    EXPECT_FALSE(fits("A", "-- A"));
    EXPECT_FALSE(fits("A", ";"));
}

TEST(classify, many_skips_over_a_long_statement_stay_linear) {
    std::string statement = "A";
    for (int i = 0; i < 20000; ++i) {
        statement += " B";
    }

    EXPECT_FALSE(fits("A … B … B … B … B … B … B … B … B … B … C", statement));
}

}  // namespace
}  // namespace aether::migrate::sql
