// SPDX-License-Identifier: MIT
// The DELIMITER command of a shell client, and what of a script is left for the server.
#include "../../src/sql/delimiter.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "../support/pieces.hpp"

namespace aether::migrate::sql {
namespace {

const spi::Dialect kDialect = dialect_of(kMysqlRules);

// What a server gets of a text.
std::string sent(std::string_view text) {
    std::string left(text);
    hide_client_parts(left, split(text, kDialect, Ending::whole_text));
    return left;
}

Texts split_by_client(std::string_view text) {
    return statements_of(text, kDialect);
}

TEST(delimiter, ends_statements_in_place_of_the_semicolon) {
    EXPECT_EQ(split_by_client(
                  "SELECT 0;\nDELIMITER //\nCREATE PROCEDURE p()\nBEGIN\n SELECT 1;\nEND//\nSELECT 2 //\n"
                  "DELIMITER ;\nSELECT 3;"),
              (Texts{"SELECT 0;", "CREATE PROCEDURE p()\nBEGIN\n SELECT 1;\nEND", "SELECT 2", "SELECT 3;"}));
}

TEST(delimiter, never_reaches_the_server) {
    EXPECT_EQ(sent("DELIMITER //\nCREATE x END//\nCREATE y;\n//\n//\nDELIMITER ;\nSELECT 3;"),
              "            \nCREATE x END; \nCREATE y;\n  \n  \n           \nSELECT 3;");
}

TEST(delimiter, keeps_the_text_as_it_is_without_a_command) {
    const Split found =
        split("SELECT 1; SELECT 'DELIMITER //'; -- DELIMITER //\n", kDialect, Ending::whole_text);

    EXPECT_TRUE(found.client_parts.empty());
    EXPECT_EQ(found.delimiter, ";");
}

TEST(delimiter, is_found_in_any_case_and_after_blanks) {
    EXPECT_EQ(split_by_client("  delimiter\t$$  \r\nSELECT 1; SELECT 2$$ Delimiter ;\nSELECT 3;"),
              (Texts{"SELECT 1;", "SELECT 2", "SELECT 3;"}));
}

TEST(delimiter, may_be_nearly_anything) {
    for (const std::string_view mark :
         {"//", "$$", ";;", "|", "\\\\", "END_OF_IT", "#", "--", "go", "/", "¶", "$", "&&", "@@@", "'"}) {
        const std::string text = "DELIMITER " + std::string(mark) +
                                 "\nCREATE PROCEDURE p() BEGIN SELECT 1; END" + std::string(mark) +
                                 "\nSELECT 2\n" + std::string(mark) + "\n";
        // One quote alone is the client's opening quote of a delimiter that is missing.
        if (mark == "'") {
            EXPECT_EQ(split(text, kDialect, Ending::whole_text).statements[0].kind,
                      spi::StatementKind::refused);
            continue;
        }
        EXPECT_EQ(split_by_client(text), (Texts{"CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"}))
            << mark;
    }
}

TEST(delimiter, may_stand_between_quotes) {
    EXPECT_EQ(split_by_client("DELIMITER '//'\nSELECT 1//\nDELIMITER \"|\"\nSELECT 2|"),
              (Texts{"SELECT 1", "SELECT 2"}));
}

TEST(delimiter, is_found_inside_words_but_not_in_quotes_and_comments) {
    EXPECT_EQ(split_by_client("DELIMITER $$\nSELECT '$$', \"$$\", `$$` /* $$ */ -- $$\n FROM a$$SELECT 1$$"),
              (Texts{"SELECT '$$', \"$$\", `$$` /* $$ */ -- $$\n FROM a", "SELECT 1"}));
    EXPECT_EQ(split_by_client("DELIMITER ;;\n/*!50003 CREATE PROCEDURE p() BEGIN SELECT 1;; END */;;"),
              (Texts{"/*!50003 CREATE PROCEDURE p() BEGIN SELECT 1;; END */"}));
}

TEST(delimiter, compares_with_regard_to_case) {
    EXPECT_EQ(split_by_client("DELIMITER go\nSELECT GO go"), (Texts{"SELECT GO"}));
}

TEST(delimiter, semicolon_still_ends_what_has_no_body) {
    EXPECT_EQ(split_by_client("DELIMITER //\nDROP PROCEDURE IF EXISTS p;\nCREATE PROCEDURE p() SELECT 1;//\n"
                              "INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)//"),
              (Texts{"DROP PROCEDURE IF EXISTS p;", "CREATE PROCEDURE p() SELECT 1;",
                     "INSERT INTO t VALUES (1);", "INSERT INTO t VALUES (2)"}));
}

TEST(delimiter, semicolon_ends_no_program_of_a_form_that_is_not_known) {
    EXPECT_EQ(split_by_client(
                  "DELIMITER //\nCREATE PROCEDURE p() NEW STYLE ALPHA; BETA; END //\nBEGIN SELECT 1; END //\n"
                  "DECLARE a INT; BEGIN SELECT a; END //"),
              (Texts{"CREATE PROCEDURE p() NEW STYLE ALPHA; BETA; END", "BEGIN SELECT 1; END",
                     "DECLARE a INT; BEGIN SELECT a; END"}));
    EXPECT_EQ(split_by_client("DELIMITER //\nBEGIN; SELECT 1; COMMIT//"),
              (Texts{"BEGIN;", "SELECT 1;", "COMMIT"}));
}

TEST(delimiter, command_inside_a_statement_is_none) {
    const std::string_view text = "CREATE PROCEDURE p() BEGIN SELECT 1; END\nDELIMITER ;\nSELECT 2;\n";

    EXPECT_EQ(split_by_client("DELIMITER //\n" + std::string(text)),
              Texts{std::string(text.substr(0, text.size() - 1))});
}

TEST(delimiter, is_a_name_inside_a_statement) {
    const std::string_view text = "CREATE TABLE t (\n  delimiter CHAR(1),\n delimiter2 INT);";

    EXPECT_EQ(split_by_client(text), Texts{std::string(text)});
    EXPECT_EQ(split_by_client("SELECT a AS\ndelimiter //\n FROM t; SELECT 1"),
              (Texts{"SELECT a AS\ndelimiter //\n FROM t;", "SELECT 1"}));
}

TEST(delimiter, word_means_nothing_to_other_dialects) {
    EXPECT_EQ(statements_of("DELIMITER //\nSELECT 1;", spi::Dialect()), Texts{"DELIMITER //\nSELECT 1;"});
}

TEST(delimiter, command_without_one_is_refused) {
    const std::string_view text = "DELIMITER \nSELECT 1; DELIMITER";
    const Split found = split(text, kDialect, Ending::whole_text);

    EXPECT_EQ(texts_of(text, found), (Texts{"DELIMITER ", "SELECT 1;", "DELIMITER"}));
    EXPECT_EQ(found.statements[0].kind, spi::StatementKind::refused);
    EXPECT_EQ(found.statements[0].what, "DELIMITER without a delimiter");
    EXPECT_EQ(found.statements[2].kind, spi::StatementKind::refused);
}

TEST(delimiter, statement_behind_it_on_its_line_is_refused) {
    const Split found = split("DELIMITER ; SELECT 1;\n", kDialect, Ending::whole_text);

    ASSERT_EQ(found.statements.size(), 1U);
    EXPECT_EQ(found.statements[0].kind, spi::StatementKind::refused);
    EXPECT_EQ(split_by_client("DELIMITER // -- why\nSELECT 1//"), Texts{"SELECT 1"});
}

TEST(delimiter, unfinished_command_waits_for_the_rest) {
    for (const std::string_view text : {"DELIM", "DELIMITER", "DELIMITER ", "DELIMITER /", "DELIMITER //"}) {
        const Split found = split(text, kDialect, Ending::more_may_follow);
        EXPECT_EQ(found.consumed, 0U) << text;
        EXPECT_EQ(found.delimiter, ";") << text;
    }
    const Split found = split("SELECT 1;\nDELIMITER //\nSELECT", kDialect, Ending::more_may_follow);
    EXPECT_EQ(found.consumed, 23U);
    EXPECT_EQ(found.delimiter, "//");
}

TEST(delimiter, semicolon_that_may_be_its_first_byte_waits_for_the_rest) {
    const Split found = split("SELECT 1;", kDialect, Ending::more_may_follow, ";;");

    EXPECT_TRUE(found.statements.empty());
    EXPECT_EQ(found.consumed, 0U);
}

// What mysqldump and people write, with everything that can hide a delimiter.
constexpr std::string_view kDump =
    "-- MySQL dump; it's\r\n"
    "/*!40101 SET @saved = @@character_set_client */;\r\n"
    "DROP TABLE IF EXISTS `a;b`;\n"
    "INSERT INTO `a` VALUES (1,'x\\';y',\"z;\\\"\"),(2,'it''s','# no'); # it's; \n"
    "DELIMITER ;;\n"
    "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `a` FOR EACH ROW "
    "BEGIN\n"
    "  IF NEW.a > 1 THEN SET NEW.a = 1; END IF; -- ;;\n"
    "END */;;\n"
    "DELIMITER ;\n"
    "SELECT 1--1, 2 /* ; */ * 3 */* ; */4;\n"
    "delimiter $$\n"
    "CREATE FUNCTION f() RETURNS INT\nBEGIN\n  RETURN 1; # $$\nEND$$\n"
    "DROP PROCEDURE IF EXISTS p;\n"
    "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 BEGIN END; SELECT 'é$$'; END;\n$$\n"
    "delimiter //\nSELECT 4//\nDelimiter ;\n"
    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN SELECT 5; SELECT 6; END;\n"
    "SELECT 7 -- the end";

TEST(delimiter, cuts_a_dump_where_the_client_does) {
    const Texts texts = split_by_client(kDump);

    ASSERT_EQ(texts.size(), 11U);
    EXPECT_EQ(texts[0], "/*!40101 SET @saved = @@character_set_client */;");
    EXPECT_EQ(texts[1], "DROP TABLE IF EXISTS `a;b`;");
    EXPECT_TRUE(texts[2].ends_with("'# no');"));
    EXPECT_TRUE(texts[3].starts_with("/*!50003 CREATE*/") && texts[3].ends_with("END */"));
    EXPECT_EQ(texts[4], "SELECT 1--1, 2 /* ; */ * 3 */* ; */4;");
    EXPECT_EQ(texts[5], "CREATE FUNCTION f() RETURNS INT\nBEGIN\n  RETURN 1; # $$\nEND");
    EXPECT_EQ(texts[6], "DROP PROCEDURE IF EXISTS p;");
    EXPECT_TRUE(texts[7].starts_with("CREATE PROCEDURE p()") && texts[7].ends_with("END;"));
    EXPECT_EQ(texts[8], "SELECT 4");
    EXPECT_TRUE(texts[9].ends_with("SELECT 6; END;"));
    EXPECT_EQ(texts[10], "SELECT 7");
}

TEST(delimiter, two_pieces_give_the_same_as_the_whole_for_every_cut) {
    const Texts expected = split_by_client(kDump);

    for (std::size_t cut = 0; cut <= kDump.size(); ++cut) {
        ASSERT_EQ(statements_in_pieces(kDump, {cut}, kDialect), expected) << "cut at " << cut;
    }
}

TEST(delimiter, growing_byte_by_byte_gives_the_same_as_the_whole) {
    std::vector<std::size_t> cuts;
    for (std::size_t cut = 0; cut <= kDump.size(); ++cut) {
        cuts.push_back(cut);
    }

    EXPECT_EQ(statements_in_pieces(kDump, cuts, kDialect), split_by_client(kDump));
}

// The server splits by itself what is sent in one text, so nothing may change for it.
TEST(delimiter, text_for_the_server_holds_the_same_statements_at_the_same_places) {
    const Split before = split(kDump, kDialect, Ending::whole_text);
    const std::string left = sent(kDump);
    const Split after = split(left, kDialect, Ending::whole_text);

    ASSERT_EQ(after.statements.size(), before.statements.size());
    EXPECT_EQ(left.size(), kDump.size());
    for (std::size_t i = 0; i < before.statements.size(); ++i) {
        EXPECT_EQ(after.statements[i].begin, before.statements[i].begin);
        EXPECT_TRUE(left.substr(after.statements[i].begin).starts_with(texts_of(kDump, before)[i]));
    }
    EXPECT_TRUE(after.client_parts.empty());
}

}  // namespace
}  // namespace aether::migrate::sql
