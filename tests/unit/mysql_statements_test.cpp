// SPDX-License-Identifier: MIT
// MySQL's statement table, and what its driver reads from a statement that commits by itself.
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "../../drivers/mysql/dialect.hpp"
#include "../../drivers/mysql/effect_statement.hpp"
#include "../../src/sql/classify.hpp"
#include "../../src/sql/tokens.hpp"

namespace aether::migrate::mysql {
namespace {

using spi::StatementKind;

StatementKind kind_of(std::string_view statement) {
    return sql::classify(statement, dialect()).kind;
}

EffectStatement read(std::string_view statement) {
    const std::vector<std::string_view> tokens = sql::tokens_of(statement, dialect().lexical);
    return read_effect_statement({statement, tokens});
}

// "table app.t, view v"
std::string objects_of(std::string_view statement) {
    std::string text;
    for (const NamedObject& object : read(statement).objects) {
        text += text.empty() ? "" : ", ";
        text += std::string(word_of(object.kind)) + " " + (object.schema ? *object.schema + "." : "") +
                object.name;
    }
    return text;
}

TEST(mysql_dialect, schema_changes_commit_by_themselves) {
    for (const char* statement :
         {"CREATE TABLE t (a int)",
          "create or replace table t (a int)",
          "CREATE UNIQUE INDEX i ON t (a)",
          "CREATE DEFINER=`a`@`b` TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
          "ALTER TABLE t ADD b int",
          "DROP TABLE t",
          "DROP DATABASE d",
          "RENAME TABLE a TO b",
          "TRUNCATE t",
          "GRANT SELECT ON t TO u",
          "LOCK TABLES t WRITE",
          "UNLOCK TABLES",
          "ANALYZE TABLE t",
          "OPTIMIZE TABLE t",
          "FLUSH PRIVILEGES",
          "SET PASSWORD = 'x'",
          "SET GLOBAL max_connections = 7",
          "SET @@GLOBAL.max_connections = 7",
          "INSTALL PLUGIN p SONAME 'x'",
          "CALL p()",
          "EXECUTE s",
          "BEGIN NOT ATOMIC SELECT 1; END",
          "SET STATEMENT max_statement_time=1 FOR ALTER TABLE t ADD c int"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::non_transactional) << statement;
    }
}

TEST(mysql_dialect, rows_and_temporary_tables_are_transactional) {
    for (const char* statement :
         {"INSERT INTO t VALUES (1)", "UPDATE t SET a = 2", "DELETE FROM t", "REPLACE INTO t VALUES (1)",
          "SELECT 1", "CREATE TEMPORARY TABLE t (a int)", "DROP TEMPORARY TABLE t", "SAVEPOINT s",
          "ROLLBACK TO s", "LOAD DATA INFILE 'x' INTO TABLE t", "DO SLEEP(1)",
          "WITH x AS (SELECT 1) SELECT * FROM x", "SET @a = (SELECT max(a) FROM t)"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::transactional) << statement;
    }
}

TEST(mysql_dialect, settings_of_the_session_are_known) {
    for (const char* statement : {"SET NAMES utf8mb4", "SET foreign_key_checks = 0", "SET @old = @@sql_mode",
                                  "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", "USE other",
                                  "PREPARE s FROM 'SELECT 1'", "DROP PREPARE s", "SET autocommit = 1"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::session_setting) << statement;
    }
}

TEST(mysql_dialect, transaction_control_is_known) {
    EXPECT_EQ(kind_of("BEGIN"), StatementKind::begins_transaction);
    EXPECT_EQ(kind_of("BEGIN WORK"), StatementKind::begins_transaction);
    EXPECT_EQ(kind_of("START TRANSACTION READ WRITE"), StatementKind::begins_transaction);
    EXPECT_EQ(kind_of("COMMIT"), StatementKind::ends_transaction);
    EXPECT_EQ(kind_of("COMMIT AND NO CHAIN"), StatementKind::ends_transaction);
    EXPECT_EQ(kind_of("COMMIT AND CHAIN"), StatementKind::controls_transaction);
    EXPECT_EQ(kind_of("ROLLBACK"), StatementKind::controls_transaction);
    EXPECT_EQ(kind_of("XA START 'x'"), StatementKind::controls_transaction);
    EXPECT_EQ(kind_of("SET autocommit = 0"), StatementKind::controls_transaction);
}

TEST(mysql_dialect, refuses_what_can_not_be_sent) {
    for (const char* statement :
         {"LOAD DATA LOCAL INFILE 'x' INTO TABLE t", "LOAD DATA CONCURRENT LOCAL INFILE 'x' INTO TABLE t",
          "FLUSH TABLES WITH READ LOCK", "COMMIT RELEASE", "SOURCE other.sql"}) {
        EXPECT_EQ(kind_of(statement), StatementKind::refused) << statement;
    }
}

TEST(mysql_effect, reads_the_objects_that_change) {
    EXPECT_EQ(objects_of("CREATE TABLE IF NOT EXISTS `a``b`.`t` (a int)"), "TABLE a`b.t");
    EXPECT_EQ(
        objects_of(
            "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = root@localhost SQL SECURITY INVOKER VIEW v AS "
            "SELECT 1"),
        "VIEW v");
    EXPECT_EQ(objects_of("CREATE UNIQUE INDEX i USING BTREE ON s.t (a)"), "TABLE s.t");
    EXPECT_EQ(objects_of("DROP INDEX i ON t"), "TABLE t");
    EXPECT_EQ(objects_of("ALTER TABLE t ADD a int, RENAME COLUMN a TO b"), "TABLE t");
    EXPECT_EQ(objects_of("ALTER TABLE t ADD a int, RENAME TO u"), "TABLE t, TABLE u");
    EXPECT_EQ(objects_of("RENAME TABLE a TO b, c TO d"), "TABLE a, TABLE b, TABLE c, TABLE d");
    EXPECT_EQ(objects_of("CREATE DEFINER=CURRENT_USER() PROCEDURE p() SELECT 1"), "PROCEDURE p");
    EXPECT_EQ(objects_of("DROP TRIGGER IF EXISTS s.x"), "TRIGGER s.x");
    EXPECT_EQ(objects_of("CREATE DATABASE d"), "DATABASE d");
    EXPECT_EQ(objects_of("SET STATEMENT max_statement_time = 1 FOR DROP TABLE t"), "TABLE t");
}

TEST(mysql_effect, tells_in_which_manner_they_change) {
    EXPECT_EQ(read("DROP TABLE a, b").manner, Manner::one_by_one);
    EXPECT_EQ(read("DROP TABLE a").manner, Manner::together);
    EXPECT_EQ(read("ANALYZE TABLE a").manner, Manner::repeatable);
    EXPECT_EQ(read("CALL p()").manner, Manner::none);
}

TEST(mysql_effect, does_not_guess) {
    for (const char* statement :
         {"TRUNCATE t", "CREATE USER u", "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u",
          "CREATE TABLE 2fa (a int)", "CREATE FUNCTION f RETURNS STRING SONAME 'f.so'",
          "ALTER TABLE t TRUNCATE PARTITION p", "ALTER TABLE t IMPORT TABLESPACE",
          "REVOKE SELECT ON t FROM u"}) {
        EXPECT_EQ(read(statement).manner, Manner::unseen) << statement;
    }
}

}  // namespace
}  // namespace aether::migrate::mysql
