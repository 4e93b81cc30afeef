// SPDX-License-Identifier: MIT
// Which semicolons end statements where triggers hold some of their own.
#include "../../src/sql/trigger_body.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "../support/pieces.hpp"

namespace aether::migrate::sql {
namespace {

const spi::Dialect kDialect = dialect_of(kSqliteRules);

void expect_one(std::string_view statement) {
    const std::string text = "SELECT 1;\n" + std::string(statement) + "\nSELECT 2;";

    EXPECT_EQ(statements_of(text, kDialect), (Texts{"SELECT 1;", std::string(statement), "SELECT 2;"}));
}

TEST(trigger_body, ends_at_an_end_between_semicolons) {
    expect_one("CREATE TRIGGER t AFTER INSERT ON x BEGIN INSERT INTO y VALUES (1); DELETE FROM z; END;");
    expect_one("create temp trigger t after insert on x begin select 1; end ;");
    expect_one("CREATE TEMPORARY TRIGGER IF NOT EXISTS t DELETE ON x BEGIN SELECT 1; /* a */ END -- b\n;");
    expect_one("EXPLAIN QUERY PLAN CREATE TRIGGER t DELETE ON x BEGIN SELECT 1; END;");
}

TEST(trigger_body, case_ends_nothing) {
    expect_one(
        "CREATE TRIGGER t AFTER UPDATE ON x WHEN CASE WHEN new.a THEN 1 END BEGIN "
        "UPDATE y SET a = CASE WHEN b THEN 1 ELSE 2 END; SELECT CASE 1 WHEN 1 THEN 2 END; END;");
}

TEST(trigger_body, names_and_strings_end_nothing) {
    expect_one("CREATE TRIGGER t DELETE ON x BEGIN SELECT ';', \"END\", [END;], `END`, 'it''s; END;'; END;");
}

TEST(trigger_body, is_in_no_other_statement) {
    EXPECT_EQ(statements_of("CREATE TABLE trigger (a); BEGIN; SELECT (1; END;", kDialect),
              (Texts{"CREATE TABLE trigger (a);", "BEGIN;", "SELECT (1;", "END;"}));
    EXPECT_EQ(statements_of("CREATE TEMP TABLE a (b); DROP TRIGGER t; END;", kDialect),
              (Texts{"CREATE TEMP TABLE a (b);", "DROP TRIGGER t;", "END;"}));
}

TEST(trigger_body, random_texts_in_random_pieces_give_the_same_as_the_whole) {
    constexpr std::string_view kParts[] = {
        "create ", "temp ", "trigger ", "begin ", "end", " end ", ";", ";", "; end;", "'", "\"", "[",
        "]",       "`",     "--",       "\n",     "/*",  "*/",    "x", "1", " ",      "$", "\r", "explain "};
    Picker picker(19720101);
    for (int round = 0; round < 20000; ++round) {
        const std::string text = picker.text_of(kParts, 30);
        ASSERT_EQ(statements_in_pieces(text, picker.cuts(text.size()), kDialect),
                  statements_of(text, kDialect))
            << text;
    }
}

}  // namespace
}  // namespace aether::migrate::sql
