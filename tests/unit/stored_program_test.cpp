// SPDX-License-Identifier: MIT
// Which semicolons end statements where stored programs hold some of their own.
#include "../../src/sql/stored_program.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "../support/pieces.hpp"

namespace aether::migrate::sql {
namespace {

const spi::Dialect kDialect = dialect_of(kMysqlRules);

// Each program must be one statement, whatever stands before and after it.
void expect_one(std::string_view program) {
    const std::string text = "SELECT 1;\n" + std::string(program) + "\nSELECT 2;";

    EXPECT_EQ(statements_of(text, kDialect), (Texts{"SELECT 1;", std::string(program), "SELECT 2;"}));
}

TEST(stored_program, block_is_one_statement) {
    expect_one("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END;");
    expect_one("create procedure p () begin end;");
    expect_one("CREATE PROCEDURE p() BEGIN BEGIN SELECT 1; END; BEGIN END; END;");
    expect_one("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END;");
    expect_one("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END;");
    expect_one("ALTER EVENT e ON SCHEDULE EVERY 2 DAY DO BEGIN DELETE FROM a; DELETE FROM b; END;");
    expect_one("CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC BEGIN DECLARE b INT; RETURN a; END;");
}

TEST(stored_program, head_may_say_more) {
    expect_one("CREATE OR REPLACE DEFINER = `r;`@`%` PROCEDURE IF NOT EXISTS d.p() BEGIN SELECT 1; END;");
    expect_one("CREATE DEFINER='root'@'localhost' FUNCTION f() RETURNS INT BEGIN RETURN 1; END;");
    expect_one("CREATE DEFINER=root@my.host TRIGGER t AFTER DELETE ON x FOR EACH ROW BEGIN SET @a = 1; END;");
    expect_one("CREATE DEFINER = CURRENT_USER() EVENT e ON SCHEDULE AT NOW() DO BEGIN SELECT 1; END;");
    expect_one("CREATE DEFINER=event@procedure AGGREGATE FUNCTION f(a INT) RETURNS INT BEGIN RETURN 1; END;");
    expect_one("ALTER DEFINER=root@localhost EVENT e COMMENT 'x' DO BEGIN SELECT 1; END;");
    expect_one(
        "CREATE PROCEDURE p(IN begin INT, OUT `end` INT) NOT DETERMINISTIC READS SQL DATA "
        "SQL SECURITY INVOKER COMMENT 'begin;' BEGIN SELECT 1; END;");
    expect_one("CREATE FUNCTION f() RETURNS VARCHAR(9) CHARACTER SET latin1 NO SQL BEGIN RETURN ''; END;");
    expect_one("CREATE FUNCTION f() RETURNS SET('a','b') BEGIN RETURN 'a'; END;");
    expect_one("CREATE TRIGGER t BEFORE UPDATE ON x FOR EACH ROW FOLLOWS begin BEGIN SET @a = 1; END;");
    expect_one("CREATE TRIGGER t BEFORE UPDATE ON x FOR EACH ROW PRECEDES `o` IF 1 THEN SET @a = 1; END IF;");
    expect_one("CREATE PROCEDURE begin() BEGIN SELECT 1; END;");
}

TEST(stored_program, statement_without_a_block_ends_at_its_semicolon) {
    expect_one("CREATE PROCEDURE p() SELECT 1;");
    expect_one("CREATE PROCEDURE p() UPDATE t SET a = IF(b, 1, 2), c = REPEAT('x', 3);");
    expect_one("CREATE PROCEDURE p() DROP TABLE IF EXISTS t;");
    expect_one("CREATE PROCEDURE p() SET @x = CASE WHEN @a THEN 1 ELSE 2 END;");
    expect_one("CREATE FUNCTION f(a INT) RETURNS INT RETURN IF(a > 1, 2, 3);");
    expect_one("CREATE FUNCTION f(a INT) RETURNS INT RETURN CASE a WHEN 1 THEN 2 END;");
    expect_one("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = IF(NEW.b, 1, 2);");
    expect_one("CREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW INSERT INTO l VALUES (NEW.a);");
    expect_one("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO CALL p();");
    expect_one(
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DO DROP TABLE IF EXISTS t;");
    expect_one("CREATE FUNCTION f RETURNS STRING SONAME 'f.so';");
    expect_one("ALTER EVENT e DISABLE;");
    expect_one("ALTER PROCEDURE p COMMENT 'begin';");
}

TEST(stored_program, body_may_be_one_control_statement) {
    expect_one("CREATE PROCEDURE p() IF 1 THEN SELECT 1; ELSEIF 2 THEN SELECT 2; ELSE SELECT 3; END IF;");
    expect_one("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW IF (NEW.a > 1) THEN SET NEW.a = 1; END IF;");
    expect_one(
        "CREATE PROCEDURE p() CASE 1 WHEN 1 THEN SELECT 1; WHEN 2 THEN SELECT 2; ELSE BEGIN END; END CASE;");
    expect_one("CREATE PROCEDURE p() WHILE 0 DO SELECT 1; SELECT 2; END WHILE;");
    expect_one("CREATE PROCEDURE p() REPEAT SET @a = 1; UNTIL @a END REPEAT;");
    expect_one("CREATE PROCEDURE p() l: LOOP LEAVE l; END LOOP l;");
    expect_one("CREATE PROCEDURE p() `l`: BEGIN SELECT 1; END;");
    expect_one("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO l: BEGIN SELECT 1; END l;");
    expect_one("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW l: BEGIN SET @a = 1; END l;");
}

TEST(stored_program, control_statements_nest) {
    expect_one(
        "CREATE PROCEDURE p() BEGIN "
        "IF (a) = (b) THEN IF IF(a, b, c) THEN SELECT 1; END IF; ELSEIF c THEN BEGIN SELECT 2; END; END IF; "
        "l: LOOP WHILE a DO ITERATE l; END WHILE; REPEAT SELECT 1; UNTIL CASE a WHEN 1 THEN 2 END END "
        "REPEAT; "
        "END LOOP l; "
        "CASE a WHEN 1 THEN SELECT CASE b WHEN 1 THEN 2 END; ELSE CASE WHEN a THEN SELECT 1; END CASE; END "
        "CASE; "
        "SELECT 2; END;");
    expect_one(
        "CREATE PROCEDURE p() IF CASE WHEN CASE WHEN a THEN b END THEN c END THEN "
        "IF d THEN SELECT 1; END IF; SELECT 2; END IF;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN FOR i IN 1..3 DO SELECT i; END FOR; FOR r IN (SELECT 1) DO "
        "SELECT r.a; END FOR; SELECT 1; END;");
    expect_one("CREATE PROCEDURE p() WHILE a DO IF b THEN SELECT 1; END IF; SELECT 2; END WHILE;");
}

TEST(stored_program, functions_and_clauses_open_nothing) {
    expect_one(
        "CREATE PROCEDURE p() BEGIN DROP TABLE IF EXISTS a; CREATE TABLE IF NOT EXISTS a (b INT); "
        "SELECT IF(a, b, c), REPEAT('x', 2) FROM t FOR UPDATE; DO SLEEP(1); "
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = IF(b, 1, 2); END;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN SELECT CASE WHEN a THEN IF(b, 1, 2) ELSE REPEAT('x', 3) END; END;");
    expect_one("CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; CLOSE c; END;");
}

TEST(stored_program, names_that_read_begin_or_end_do_nothing) {
    expect_one(
        "CREATE PROCEDURE p() BEGIN SELECT begin, end, t.end, @end, @begin FROM t; UPDATE t SET end = 1, "
        "begin = 2; INSERT INTO t (begin, end) VALUES (1, 2); SELECT 1 AS end; END;");
    expect_one("CREATE PROCEDURE p() BEGIN SELECT CASE WHEN end THEN begin ELSE end END; SELECT 1; END;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN SELECT CASE 1 WHEN 2 THEN t.end END; SELECT CASE WHEN a = end THEN 1 "
        "END; END;");
    expect_one("CREATE PROCEDURE p() BEGIN SELECT CASE WHEN a = end THEN IF(b, 1, 2) END; SELECT 1; END;");
    expect_one("CREATE PROCEDURE p() BEGIN SELECT `end`, \"end\", 'end'; SELECT 1; END;");
    expect_one("CREATE PROCEDURE p() BEGIN REPEAT SELECT 1; UNTIL end END REPEAT; SELECT 1; END;");
}

TEST(stored_program, handler_holds_a_statement) {
    expect_one(
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; SELECT 1; "
        "END;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SET @done = IF(1, 2, 3); SELECT "
        "1; END;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND, SQLSTATE VALUE '23000', 1062, "
        "no_row "
        "IF a THEN SELECT 1; END IF; SELECT 2; END;");
    expect_one(
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '23000' l: BEGIN SELECT 1; END; SELECT "
        "2; END;");
}

TEST(stored_program, comments_and_strings_do_not_matter) {
    expect_one(
        "CREATE /* FUNCTION; */ PROCEDURE p() -- BEGIN\nBEGIN # END;\nSELECT 'END;', \"END;\"; -- "
        "it's;\nEND;");
    expect_one("CREATE PROCEDURE p() BEGIN SELECT 1--1; SELECT 'it\\'s; END'; END;");
}

TEST(stored_program, conditional_comments_are_code) {
    expect_one(
        "/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `x` "
        "FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END */;");
    expect_one("/*M!100101 CREATE PROCEDURE p() BEGIN SELECT 1; END */;");
    expect_one("CREATE /*!50003 PROCEDURE p() */ BEGIN SELECT 1; END;");
}

TEST(stored_program, begin_is_a_transaction_unless_not_atomic) {
    EXPECT_EQ(statements_of("BEGIN; SELECT 1; COMMIT;", kDialect), (Texts{"BEGIN;", "SELECT 1;", "COMMIT;"}));
    EXPECT_EQ(statements_of("BEGIN WORK; SELECT 1; END;", kDialect),
              (Texts{"BEGIN WORK;", "SELECT 1;", "END;"}));
    EXPECT_EQ(statements_of("XA BEGIN 'x'; SELECT 1; XA END 'x';", kDialect),
              (Texts{"XA BEGIN 'x';", "SELECT 1;", "XA END 'x';"}));
    expect_one("BEGIN NOT ATOMIC SELECT 1; SELECT 2; END;");
}

TEST(stored_program, compound_statement_may_stand_alone) {
    expect_one("IF 1 THEN SELECT 1; END IF;");
    expect_one("LOOP SELECT 1; END LOOP;");
    expect_one("WHILE 0 DO SELECT 1; END WHILE;");
    expect_one("FOR i IN 1..3 DO SELECT i; END FOR;");
    expect_one("CASE 1 WHEN 1 THEN SELECT 1; END CASE;");
    expect_one("REPEAT SELECT 1; UNTIL 1 END REPEAT;");
}

TEST(stored_program, other_statements_hold_nothing) {
    EXPECT_EQ(
        statements_of("CREATE TABLE procedure_begin (begin INT); CREATE TABLE t AS SELECT begin FROM x; END;",
                      kDialect),
        (Texts{"CREATE TABLE procedure_begin (begin INT);", "CREATE TABLE t AS SELECT begin FROM x;",
               "END;"}));
    EXPECT_EQ(statements_of("DROP PROCEDURE IF EXISTS begin; CALL begin; SELECT 1", kDialect),
              (Texts{"DROP PROCEDURE IF EXISTS begin;", "CALL begin;", "SELECT 1"}));
    EXPECT_EQ(statements_of("CREATE VIEW function AS SELECT 1 AS begin; SELECT (1; SELECT 2);", kDialect),
              (Texts{"CREATE VIEW function AS SELECT 1 AS begin;", "SELECT (1;", "SELECT 2);"}));
    EXPECT_EQ(statements_of("CREATE DEFINER=a@b VIEW v AS SELECT 1 AS begin; x", kDialect),
              (Texts{"CREATE DEFINER=a@b VIEW v AS SELECT 1 AS begin;", "x"}));
}

TEST(stored_program, knows_declarations_before_the_block) {
    expect_one("CREATE PROCEDURE p AS x INT; y INT := 1; BEGIN SELECT x; END;");
    expect_one(
        "CREATE FUNCTION f(a INT) RETURN INT IS x INT; BEGIN <<l>> WHILE x < 2 LOOP x := x + 1; END LOOP; "
        "RETURN x; EXCEPTION WHEN NO_DATA_FOUND THEN RETURN 1; END;");
    expect_one("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW DECLARE a INT; BEGIN a := 1; END;");
}

TEST(stored_program, package_is_one_statement) {
    expect_one("CREATE OR REPLACE PACKAGE k AS FUNCTION f(b INT) RETURN INT; PROCEDURE p; END;");
    expect_one(
        "CREATE PACKAGE BODY k AS a INT; FUNCTION f(b INT) RETURN INT AS c INT; BEGIN RETURN 1; END; "
        "PROCEDURE p AS BEGIN SELECT 1; END; BEGIN a := 1; SELECT 2; END;");
    expect_one("CREATE PACKAGE k PROCEDURE p(); FUNCTION f() RETURNS INT; END;");
    expect_one(
        "CREATE PACKAGE BODY k PROCEDURE p() BEGIN SELECT 1; END; FUNCTION f() RETURNS INT RETURN 1; END;");
}

constexpr std::string_view kParts[] = {"create ",
                                       "procedure ",
                                       "trigger ",
                                       "p",
                                       "()",
                                       "begin ",
                                       "end ",
                                       ";",
                                       ";",
                                       " if ",
                                       "then ",
                                       "else ",
                                       "case ",
                                       "when ",
                                       "loop ",
                                       "while ",
                                       "do ",
                                       "repeat ",
                                       "until ",
                                       "not ",
                                       "atomic ",
                                       "declare ",
                                       "handler ",
                                       "for ",
                                       "each ",
                                       "row ",
                                       ":",
                                       ".",
                                       "@",
                                       "'",
                                       "\"",
                                       "`",
                                       "\\",
                                       "-- ",
                                       "--",
                                       "#",
                                       "\n",
                                       "\r",
                                       "/*",
                                       "/*!50003 ",
                                       "*/",
                                       "*",
                                       "(",
                                       ")",
                                       "1",
                                       " ",
                                       "as ",
                                       "package ",
                                       "\ndelimiter //\n",
                                       "//",
                                       "/",
                                       "delimiter ;\n",
                                       "DELIMITER ;;\n",
                                       "delimiter",
                                       "\xC3\xA9"};

TEST(stored_program, random_texts_in_random_pieces_give_the_same_as_the_whole) {
    Picker picker(20260101);
    for (int round = 0; round < 60000; ++round) {
        const std::string text = picker.text_of(kParts, 40);
        ASSERT_EQ(statements_in_pieces(text, picker.cuts(text.size()), kDialect),
                  statements_of(text, kDialect))
            << text;
    }
}

}  // namespace
}  // namespace aether::migrate::sql
