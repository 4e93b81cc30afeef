// SPDX-License-Identifier: MIT
// Where a script is cut into statements, whole and in pieces.
#include "../../src/sql/splitter.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "../../drivers/postgres/dialect.hpp"
#include "../support/pieces.hpp"

namespace aether::migrate::sql {
namespace {

Split whole(std::string_view text) {
    return split(text, postgres::dialect(), Ending::whole_text);
}

Texts statements_of(std::string_view text) {
    return sql::statements_of(text, postgres::dialect());
}

Texts statements_in_pieces(std::string_view text, const std::vector<std::size_t>& cuts) {
    return sql::statements_in_pieces(text, cuts, postgres::dialect());
}

// Holds everything that can hide a semicolon, or look as if it did.
constexpr std::string_view kNasty =
    "-- a; b\r\n"
    "CREATE TABLE \"a;b\"\"c\" (t text DEFAULT 'x;''y' /* ; /* ; */ ; */);\n"
    ";; \r ; -- it's\n"
    "INSERT INTO t VALUES (E'\\';\\\\', U&'\\0041;', B'0', $1, a$b$c, 1.5e-3);"
    "SELECT E'a' -- ;\n  'b\\';c'; SELECT $$;$$,$t$ ; $$ $t$;\n"
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $fn$\nBEGIN\n  RETURN 1; -- '\nEND;\n$fn$;\n"
    "create or replace procedure p() begin atomic\n select case when a then 1 else case x when 1 then 2 end "
    "end;\n"
    " select t.end as case, 1 as end; end;\n"
    "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT (2););\n"
    "BEGIN; SAVEPOINT s; END;\n"
    "\\set x 'it;\r\n\\echo $$\nCOPY größe FROM STDIN;\nSELECT 'ü;', \"名;\" -- é\n;\n"
    "SELECT $tag; SELECT -1 --;\n, 2/3; SELECT 1 /* last */";

TEST(splitter, cuts_at_semicolons_and_keeps_them) {
    EXPECT_EQ(statements_of("SELECT 1; SELECT 2;"), (Texts{"SELECT 1;", "SELECT 2;"}));
}

TEST(splitter, last_statement_needs_no_semicolon) {
    EXPECT_EQ(statements_of("SELECT 1;\nSELECT 2\n"), (Texts{"SELECT 1;", "SELECT 2"}));
}

TEST(splitter, leaves_out_comments_around_statements) {
    EXPECT_EQ(statements_of("-- head\n/* more */ SELECT /* in */ 1 -- tail\n; -- after\n"),
              Texts{"SELECT /* in */ 1 -- tail\n;"});
}

TEST(splitter, leaves_out_empty_statements) {
    EXPECT_EQ(statements_of(""), Texts());
    EXPECT_EQ(statements_of(" \n"), Texts());
    EXPECT_EQ(statements_of("-- nothing"), Texts());
    EXPECT_EQ(statements_of(";"), Texts());
    EXPECT_EQ(statements_of(";; /* a */ ; SELECT 1;;"), Texts{"SELECT 1;"});
}

TEST(splitter, gives_offsets_in_bytes) {
    const Split found = whole("-- ü\n SELECT 'é'; x");

    ASSERT_EQ(found.statements.size(), 2U);
    EXPECT_EQ(found.statements[0].begin, 7U);
    EXPECT_EQ(found.statements[0].end, 19U);
    EXPECT_EQ(found.statements[1].begin, 20U);
    EXPECT_EQ(found.statements[1].end, 21U);
    EXPECT_EQ(found.consumed, 21U);
}

TEST(splitter, semicolons_in_quotes_and_comments_cut_nothing) {
    for (const std::string_view text :
         {"SELECT ';'", "SELECT 'a'';b'", "SELECT \"a;b\"", "SELECT /* ; */ 1", "SELECT -- ;\n 1",
          "SELECT $$ ; $$", "SELECT $x$ ; $$ ; $x$", "SELECT E'\\';'", "SELECT U&';'",
          "SELECT /* /* ; */ ; */ 1", "SELECT 'a'\n';'"}) {
        EXPECT_EQ(statements_of(text), Texts{std::string(text)});
    }
}

TEST(splitter, semicolons_in_parentheses_cut_nothing) {
    EXPECT_EQ(statements_of("CREATE RULE r AS ON INSERT TO t DO (SELECT (1); SELECT 2); SELECT 3"),
              (Texts{"CREATE RULE r AS ON INSERT TO t DO (SELECT (1); SELECT 2);", "SELECT 3"}));
}

TEST(splitter, closing_parenthesis_too_many_does_no_harm) {
    EXPECT_EQ(statements_of("SELECT 1)); SELECT (2); SELECT 3"),
              (Texts{"SELECT 1));", "SELECT (2);", "SELECT 3"}));
}

TEST(splitter, open_parenthesis_ends_with_the_text) {
    EXPECT_EQ(statements_of("SELECT (1; SELECT 2;"), Texts{"SELECT (1; SELECT 2;"});
}

TEST(splitter, keeps_an_atomic_body_together) {
    EXPECT_EQ(
        statements_of("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; SELECT 3;"),
        (Texts{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;", "SELECT 3;"}));
    EXPECT_EQ(statements_of("create or replace procedure p() begin /* x */ atomic select 1; end; select 3;"),
              (Texts{"create or replace procedure p() begin /* x */ atomic select 1; end;", "select 3;"}));
}

TEST(splitter, keeps_case_inside_an_atomic_body_together) {
    EXPECT_EQ(
        statements_of(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 "
            "END END; SELECT (CASE WHEN a THEN 1 END); END; x"),
        (Texts{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 "
               "END END; SELECT (CASE WHEN a THEN 1 END); END;",
               "x"}));
}

TEST(splitter, names_that_read_end_or_case_end_no_body) {
    EXPECT_EQ(
        statements_of(
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end, 1 AS case, \"end\"; END; x"),
        (Texts{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT t.end, 1 AS case, \"end\"; END;", "x"}));
}

TEST(splitter, begin_atomic_elsewhere_opens_nothing) {
    EXPECT_EQ(
        statements_of("BEGIN; ATOMIC; SELECT begin atomic; CREATE VIEW v AS SELECT begin atomic; x"),
        (Texts{"BEGIN;", "ATOMIC;", "SELECT begin atomic;", "CREATE VIEW v AS SELECT begin atomic;", "x"}));
    EXPECT_EQ(statements_of("CREATE FUNCTION f(begin atomic) AS 'x'; y"),
              (Texts{"CREATE FUNCTION f(begin atomic) AS 'x';", "y"}));
    EXPECT_EQ(statements_of("CREATE \"FUNCTION\" BEGIN ATOMIC; y"),
              (Texts{"CREATE \"FUNCTION\" BEGIN ATOMIC;", "y"}));
}

TEST(splitter, begin_without_atomic_cuts) {
    EXPECT_EQ(statements_of("CREATE FUNCTION f() AS begin select 1; end; x"),
              (Texts{"CREATE FUNCTION f() AS begin select 1;", "end;", "x"}));
}

TEST(splitter, classifies_each_statement) {
    const Split found = whole("VACUUM; SELECT 1; /* x */ BEGIN;");

    ASSERT_EQ(found.statements.size(), 3U);
    EXPECT_EQ(found.statements[0].kind, spi::StatementKind::non_transactional);
    EXPECT_EQ(found.statements[0].what, "VACUUM");
    EXPECT_EQ(found.statements[1].kind, spi::StatementKind::transactional);
    EXPECT_EQ(found.statements[1].what, "");
    EXPECT_EQ(found.statements[2].kind, spi::StatementKind::begins_transaction);
}

TEST(splitter, client_command_reaches_to_the_end_of_its_line) {
    const std::string_view text = "SELECT 1; \\echo it's; (x\r\nSELECT 2; \\q";
    const Split found = whole(text);

    EXPECT_EQ(texts_of(text, found), (Texts{"SELECT 1;", "\\echo it's; (x", "SELECT 2;", "\\q"}));
    EXPECT_EQ(found.statements[1].kind, spi::StatementKind::refused);
    EXPECT_EQ(found.statements[1].what, "psql command");
    EXPECT_EQ(found.statements[3].kind, spi::StatementKind::refused);
}

TEST(splitter, backslash_inside_a_statement_is_no_client_command) {
    EXPECT_EQ(statements_of("SELECT 1 \\gexec\n; SELECT 2;"), (Texts{"SELECT 1 \\gexec\n;", "SELECT 2;"}));
}

TEST(splitter, client_command_is_refused_without_a_rule_for_it) {
    spi::Dialect dialect;
    dialect.lexical.client_commands = true;

    const Split found = split("\\x\n", dialect, Ending::whole_text);

    ASSERT_EQ(found.statements.size(), 1U);
    EXPECT_EQ(found.statements[0].kind, spi::StatementKind::refused);
    EXPECT_EQ(found.statements[0].what, "client command");
}

TEST(splitter, backslash_is_plain_text_where_there_are_no_client_commands) {
    const std::string_view text = "\\x\n; y";

    EXPECT_EQ(texts_of(text, split(text, spi::Dialect(), Ending::whole_text)), (Texts{"\\x\n;", "y"}));
}

TEST(splitter, names_the_copy_that_it_refuses) {
    const Split found = whole("COPY t FROM STDIN;\n1\t2\n\\.\n");

    ASSERT_FALSE(found.statements.empty());
    EXPECT_EQ(found.statements[0].kind, spi::StatementKind::refused);
    EXPECT_EQ(found.statements[0].what, "COPY … FROM STDIN");
}

TEST(splitter, says_where_something_is_never_closed) {
    EXPECT_EQ(whole("SELECT 1; SELECT 'a; b").unterminated, 17U);
    EXPECT_EQ(whole("SELECT \"a;").unterminated, 7U);
    EXPECT_EQ(whole("SELECT $x$;$y$").unterminated, 7U);
    EXPECT_EQ(whole("SELECT 1; /* a").unterminated, 10U);
    EXPECT_EQ(whole("SELECT 'a'; -- 'b").unterminated, std::nullopt);
}

TEST(splitter, unterminated_text_is_part_of_the_last_statement) {
    EXPECT_EQ(statements_of("SELECT 'a; b"), Texts{"SELECT 'a; b"});
    EXPECT_EQ(statements_of("SELECT 1 /* a;"), Texts{"SELECT 1 /* a;"});
    EXPECT_EQ(statements_of("SELECT 1; /* a;"), (Texts{"SELECT 1;", "/* a;"}));
}

TEST(splitter, piece_gives_only_statements_that_certainly_ended) {
    const Split found = split("SELECT 1; -- x\n SELECT 2", postgres::dialect(), Ending::more_may_follow);

    EXPECT_EQ(found.statements.size(), 1U);
    EXPECT_EQ(found.consumed, 16U);
    EXPECT_EQ(found.unterminated, std::nullopt);
}

TEST(splitter, piece_without_an_end_gives_nothing) {
    for (const std::string_view text : {"SELECT 'a;", "\\echo a", "SELECT (1;", "$x$ ; $x", "/* ;"}) {
        const Split found = split(text, postgres::dialect(), Ending::more_may_follow);
        EXPECT_TRUE(found.statements.empty()) << text;
        EXPECT_EQ(found.consumed, 0U) << text;
    }
}

TEST(splitter, piece_passes_over_finished_comments) {
    EXPECT_EQ(split("/* a */ \n", postgres::dialect(), Ending::more_may_follow).consumed, 9U);
    EXPECT_EQ(split(" -- a", postgres::dialect(), Ending::more_may_follow).consumed, 1U);
    EXPECT_EQ(split("; /* a", postgres::dialect(), Ending::more_may_follow).consumed, 2U);
}

TEST(splitter, cuts_the_nasty_script_where_psql_does) {
    const Texts texts = statements_of(kNasty);

    ASSERT_EQ(texts.size(), 17U);
    EXPECT_EQ(texts[0], "CREATE TABLE \"a;b\"\"c\" (t text DEFAULT 'x;''y' /* ; /* ; */ ; */);");
    EXPECT_EQ(texts[1], "INSERT INTO t VALUES (E'\\';\\\\', U&'\\0041;', B'0', $1, a$b$c, 1.5e-3);");
    EXPECT_EQ(texts[2], "SELECT E'a' -- ;\n  'b\\';c';");
    EXPECT_EQ(texts[3], "SELECT $$;$$,$t$ ; $$ $t$;");
    EXPECT_TRUE(texts[4].starts_with("CREATE FUNCTION f()") && texts[4].ends_with("$fn$;"));
    EXPECT_TRUE(texts[5].starts_with("create or replace") && texts[5].ends_with("1 as end; end;"));
    EXPECT_EQ(texts[6], "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT (2););");
    EXPECT_EQ(texts[7], "BEGIN;");
    EXPECT_EQ(texts[9], "END;");
    EXPECT_EQ(texts[10], "\\set x 'it;");
    EXPECT_EQ(texts[11], "\\echo $$");
    EXPECT_EQ(texts[12], "COPY größe FROM STDIN;");
    EXPECT_EQ(texts[13], "SELECT 'ü;', \"名;\" -- é\n;");
    EXPECT_EQ(texts[14], "SELECT $tag;");
    EXPECT_EQ(texts[15], "SELECT -1 --;\n, 2/3;");
    EXPECT_EQ(texts[16], "SELECT 1");
}

TEST(splitter, two_pieces_give_the_same_as_the_whole_for_every_cut) {
    const Texts expected = statements_of(kNasty);

    for (std::size_t cut = 0; cut <= kNasty.size(); ++cut) {
        ASSERT_EQ(statements_in_pieces(kNasty, {cut}), expected) << "cut at " << cut;
    }
}

TEST(splitter, growing_byte_by_byte_gives_the_same_as_the_whole) {
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 0; cut <= kNasty.size(); ++cut) {
        cuts.push_back(cut);
    }

    EXPECT_EQ(statements_in_pieces(kNasty, cuts), statements_of(kNasty));
}

TEST(splitter, every_prefix_of_the_nasty_script_is_split_within_its_bounds) {
    for (std::size_t size = 0; size <= kNasty.size(); ++size) {
        // A copy of its own size, so that a sanitizer sees a read past its end.
        const std::string text(kNasty.substr(0, size));
        std::size_t last = 0;
        for (const Statement& statement : whole(text).statements) {
            ASSERT_GE(statement.begin, last);
            ASSERT_GT(statement.end, statement.begin);
            last = statement.end;
        }
        ASSERT_LE(last, size);
    }
}

TEST(splitter, random_texts_in_random_pieces_give_the_same_as_the_whole) {
    constexpr std::string_view kParts[] = {
        "'",    "\"",         "$$",    "$a$", ";",      "(",      ")",   "--",     "\n", "/*",       "*/",
        "E'",   "\\",         "begin", " ",   "atomic", "create", "end", " case ", "a",  "1",        ".",
        "\r\n", "procedure ", "U&'",   "as",  "\xC3",   "\xA4",   "$",   "copy ",  "\t", "reindex ("};
    Picker picker(20240229);
    for (int round = 0; round < 20000; ++round) {
        const std::string text = picker.text_of(kParts, 39);
        ASSERT_EQ(statements_in_pieces(text, picker.cuts(text.size())), statements_of(text)) << text;
    }
}

}  // namespace
}  // namespace aether::migrate::sql
