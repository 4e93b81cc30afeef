// SPDX-License-Identifier: MIT
// The splitter against PostgreSQL's own parser and scanner (libpg_query): built only where that library is
// found.
#include <pg_query.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "../../drivers/postgres/dialect.hpp"
#include "../../src/sql/splitter.hpp"

namespace aether::migrate::sql {
namespace {

/// Where a statement lies, without its semicolon; blanks and comments around it may be part of it.
struct Extent {
    std::size_t begin;
    std::size_t end;
};

struct FreeSplit {
    void operator()(PgQuerySplitResult* result) const {
        pg_query_free_split_result(*result);
        delete result;
    }
};

using Splitter = PgQuerySplitResult (*)(const char*);

/// Returns PostgreSQL's statements, or nothing when it finds the text no SQL.
std::optional<std::vector<Extent>> ask(Splitter splitter, const std::string& text) {
    const std::unique_ptr<PgQuerySplitResult, FreeSplit> result(
        new PgQuerySplitResult(splitter(text.c_str())));
    if (result->error != nullptr) {
        return std::nullopt;
    }
    std::vector<Extent> extents;
    for (int i = 0; i < result->n_stmts; ++i) {
        const auto begin = static_cast<std::size_t>(result->stmts[i]->stmt_location);
        // Of the last statement the length is 0 when no semicolon ends it.
        const auto size = static_cast<std::size_t>(result->stmts[i]->stmt_len);
        extents.push_back({begin, size == 0 ? text.size() : begin + size});
    }
    return extents;
}

/// Each of our statements must lie inside one of theirs, in order; theirs have only blanks and comments
/// between them.
void expect_same(const std::string& text, const std::vector<Extent>& theirs) {
    const Split ours = split(text, postgres::dialect(), Ending::whole_text);
    ASSERT_EQ(ours.statements.size(), theirs.size()) << text;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        const Statement& statement = ours.statements[i];
        const bool closed = text[statement.end - 1] == ';';
        EXPECT_GE(statement.begin, theirs[i].begin) << text;
        EXPECT_LE(statement.end - (closed ? 1 : 0), theirs[i].end) << text;
        EXPECT_EQ(text.substr(theirs[i].end, 1), closed ? ";" : "") << text;
    }
}

TEST(splitter_oracle, aether_migrations_split_as_the_parser_does) {
    const auto folder = std::filesystem::path(AETHER_TEST_FOLDER) / "../../goway/migrations";
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        const auto theirs = ask(pg_query_split_with_parser, text);
        ASSERT_TRUE(theirs.has_value()) << entry.path();
        expect_same(text, *theirs);
        ++files;
    }
    EXPECT_GE(files, 84U);
}

TEST(splitter_oracle, nasty_statements_split_as_the_parser_does) {
    for (const std::string text : {
             "SELECT 1; SELECT 2",
             ";;SELECT 1;; ; /* a */ ; SELECT 2 -- ;\n;",
             "SELECT ';', \"a;b\", $$;$$, $x$ ; $$ $x$, E'\\';', U&'\\0041;', B'1', X'1F', N';' FROM "
             "a$b$c;SELECT 2",
             "SELECT 'a'\n ';b'; SELECT E'a' \t\r\n 'b\\';c'; SELECT 3",
             "SELECT /* ; /* ; */ ; */ 1; SELECT /*/ ; */ 2; SELECT 1 */**/ 2; SELECT 3",
             "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2;); SELECT 3",
             "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; "
             "SELECT CASE WHEN true THEN CASE 1 WHEN 1 THEN 2 END END; END; SELECT 3",
             "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t SELECT t.end FROM t; "
             "SELECT 1 AS case, 2 AS end; END; SELECT 3",
             "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC RETURN (SELECT 1); END",
             "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END; SELECT 1",
             "CREATE FUNCTION f(begin int, atomic int) RETURNS int RETURN begin; SELECT 1",
             "CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN ';'; END $f$; "
             "DO $$BEGIN END;$$",
             "BEGIN; SAVEPOINT a; END; BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT",
             "SELECT 1 AS begin, 2 AS atomic; SELECT begin atomic FROM x; SELECT 2",
             "CREATE SCHEMA s CREATE TABLE a (b int) CREATE VIEW v AS SELECT 1; SELECT 1",
             "SELECT größe FROM \"名;前\"; SELECT 'ü;'",
             "PREPARE p AS SELECT $1; SELECT a[1:2], 1.5e-3, .5, 1. FROM t; SELECT -1 --;\n , 2",
             "COMMENT ON TABLE t IS 'it''s; '' \"'; SELECT \"a\"\";\"",
             "\r\nSELECT 1;\r\n\r\n-- it's;\r\nSELECT 2;\r\n",
         }) {
        const auto theirs = ask(pg_query_split_with_parser, text);
        ASSERT_TRUE(theirs.has_value()) << text;
        expect_same(text, *theirs);
    }
}

TEST(splitter_oracle, random_texts_split_as_the_scanner_does) {
    // The scanner counts no statement without a keyword, so each begins with one; it gives up on open
    // parentheses.
    constexpr std::string_view kParts[] = {
        "'", "\"",   "$$", "$a$", "; SELECT ", "--",  "\n",   "/*",  "*/", "E'",       "'",  "\"",  "\\",
        " ", "case", "a",  "1",   ".",         "+",   "\r\n", "U&'", "x",  "$",        "é",  "\t",  "''",
        "*", "/",    "-",  "b'",  "u&\"",      "$1 ", ":",    "=",   " ",  ";SELECT ", "\n", "/**/"};
    std::uint64_t state = 19960708;
    const auto pick = [&state](std::size_t below) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::size_t>(state >> 33) % below;
    };
    std::size_t compared = 0;
    for (int round = 0; round < 50000; ++round) {
        std::string text = "SELECT ";
        for (std::size_t part = pick(16); part > 0; --part) {
            text += kParts[pick(std::size(kParts))];
        }
        const auto theirs = ask(pg_query_split_with_scanner, text);
        if (theirs && split(text, postgres::dialect(), Ending::whole_text).unterminated == std::nullopt) {
            expect_same(text, *theirs);
            ++compared;
        }
    }
    EXPECT_GT(compared, 5000U);
}

}  // namespace
}  // namespace aether::migrate::sql
