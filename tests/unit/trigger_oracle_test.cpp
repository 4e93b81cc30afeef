// SPDX-License-Identifier: MIT
// Where statements end, against sqlite3_complete() of the SQLite that is installed.
#include <sqlite3.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "../../src/sql/lexer.hpp"
#include "../support/pieces.hpp"

namespace aether::migrate::sql {
namespace {

/// Returns the ends of the statements, one past their semicolons, that SQLite finds complete; those of empty
/// statements are left out, and so are semicolons in comments behind a statement.
std::vector<std::size_t> their_ends(const std::string& text) {
    std::vector<std::size_t> ends;
    std::size_t last = 0;
    for (std::size_t at = text.find(';'); at != std::string::npos; at = text.find(';', at + 1)) {
        // What ended before is taken away: sqlite3_complete() judges the last statement alone.
        const std::string text_so_far = text.substr(last, at + 1 - last);
        if (sqlite3_complete(text_so_far.c_str()) == 0) {
            continue;
        }
        const Token first = next_token(text_so_far, 0, kSqliteRules);
        if (first.kind == TokenKind::end) {
            continue;  // inside a comment
        }
        last = at + 1;
        if (!is_punctuation(text_so_far, first, ';')) {
            ends.push_back(last);
        }
    }
    return ends;
}

std::vector<std::size_t> our_ends(const std::string& text) {
    std::vector<std::size_t> ends;
    for (const Statement& statement : split(text, dialect_of(kSqliteRules), Ending::whole_text).statements) {
        if (text[statement.end - 1] == ';') {
            ends.push_back(statement.end);
        }
    }
    // A last statement without an end of its own may still close with a semicolon that is none.
    const Split cut = split(text, dialect_of(kSqliteRules), Ending::more_may_follow);
    ends.resize(cut.statements.size());
    return ends;
}

TEST(trigger_oracle, statements_end_where_sqlite_finds_them_complete) {
    for (const std::string text : {
             "SELECT 1; SELECT 2;",
             ";; -- a;\n SELECT 1; -- b; c\n ; /* d; */ SELECT 2;",
             "CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1; SELECT 2; END; SELECT 3;",
             "CREATE TEMP TRIGGER t AFTER INSERT ON x BEGIN SELECT CASE WHEN 1 THEN 2 END; END; SELECT 3;",
             "CREATE TRIGGER t AFTER INSERT ON x BEGIN SELECT 1;; end -- x\n; SELECT 3;",
             "EXPLAIN QUERY PLAN CREATE TRIGGER t DELETE ON x BEGIN SELECT 1; END; SELECT 2;",
             "CREATE TABLE trigger (a); END; CREATE TEMP TABLE t (a); END;",
             "SELECT [a;b], \"c;\"\"d\", 'e;''f', `g;`; SELECT x';', (1; SELECT 2);",
             "CREATE TRIGGER t DELETE ON x BEGIN SELECT $end; SELECT 1end; END; SELECT 1;",
         }) {
        EXPECT_EQ(our_ends(text), their_ends(text)) << text;
    }
}

TEST(trigger_oracle, random_texts_end_where_sqlite_finds_them_complete) {
    constexpr std::string_view kParts[] = {"create ",  "temp ",    "temporary ",
                                           "trigger ", "begin ",   "end",
                                           " end ",    ";",        ";",
                                           "; end;",   "'",        "\"",
                                           "[",        "]",        "`",
                                           "--",       "\n",       "/*",
                                           "*/",       "explain ", "x",
                                           "1",        " ",        "$",
                                           "\r",       "\xC3\xA9", "(",
                                           ")",        "case ",    ".",
                                           "0x",       "1.5e",     "CREATE TRIGGER t "};
    Picker picker(19700101);
    std::size_t ends = 0;
    for (int round = 0; round < 50000; ++round) {
        const std::string text = picker.text_of(kParts, 24);
        const std::vector<std::size_t> theirs = their_ends(text);
        ASSERT_EQ(our_ends(text), theirs) << text;
        ends += theirs.size();
    }
    EXPECT_GT(ends, 20000U);
}

}  // namespace
}  // namespace aether::migrate::sql
