// SPDX-License-Identifier: MIT
// What the MySQL driver writes into statements, and reads from the server's messages.
#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/mysql/bind.hpp"
#include "../../drivers/mysql/errors.hpp"
#include "../../drivers/mysql/fingerprint.hpp"
#include "../../drivers/mysql/position.hpp"
#include "../../drivers/mysql/quote.hpp"

namespace aether::migrate::mysql {
namespace {

TEST(mysql_bind, writes_values_that_mean_the_same_in_every_mode) {
    EXPECT_EQ(literal(std::nullopt), "NULL");
    EXPECT_EQ(literal("-42"), "-42");
    EXPECT_EQ(literal("007"), "'007'");
    EXPECT_EQ(literal("2 3"), "'2 3'");
    EXPECT_EQ(literal(""), "''");
    EXPECT_EQ(literal("it's"), "_utf8mb4 X'69742773'");
    EXPECT_EQ(literal("a\\"), "_utf8mb4 X'615C'");
    EXPECT_EQ(literal("\xC3\xA9"), "_utf8mb4 X'C3A9'");
    EXPECT_EQ(literal("1234567890123456789"), "'1234567890123456789'");
}

TEST(mysql_bind, puts_values_in_the_place_of_their_marks_only) {
    EXPECT_EQ(bind({"UPDATE `a?b` SET x = '?' WHERE y = ? AND z = ?;\n", {"1", "two"}}),
              "UPDATE `a?b` SET x = '?' WHERE y = 1 AND z = 'two'");
    EXPECT_EQ(bind({"BEGIN;", {}}), "BEGIN");
    EXPECT_THROW(bind({"SELECT ?", {"1", "2"}}), Error);
    EXPECT_THROW(bind({"SELECT ?, ?", {"1"}}), Error);
}

TEST(mysql_quote, doubles_backticks) {
    EXPECT_EQ(quote("a`; DROP TABLE b"), "`a``; DROP TABLE b`");
}

std::string message(const std::string& near, int line) {
    return "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server "
           "version "
           "for the right syntax to use near '" +
           near + "' at line " + std::to_string(line);
}

TEST(mysql_position, finds_the_place_that_the_server_quotes) {
    EXPECT_EQ(find_place(message("TABEL b (id int)", 1), "CREATE TABEL b (id int);"), 8U);
    EXPECT_EQ(find_place(message("TABEL 'x'", 2), "CREATE\nTABEL 'x'"), 8U);
}

TEST(mysql_position, counts_characters) {
    EXPECT_EQ(find_place(message("x", 1), "SELECT '\xC3\xA9' x"), 12U);
}

TEST(mysql_position, finds_the_end_of_input) {
    EXPECT_EQ(find_place(message("", 1), "SELECT (1; \n"), 10U);
}

TEST(mysql_position, finds_a_place_of_which_the_server_shows_the_beginning) {
    const std::string rest = "bad " + std::string(100, 'x');
    EXPECT_EQ(find_place(message(rest.substr(0, 77) + "...", 1), "SELECT " + rest), 8U);
    EXPECT_EQ(find_place(message(rest.substr(0, 80), 1), "SELECT " + rest), 8U);
}

TEST(mysql_position, tells_equal_places_apart_by_their_line) {
    const std::string twice = "bad " + std::string(90, 'x') + "\n";
    EXPECT_EQ(find_place(message(twice.substr(0, 80), 2), twice + twice), twice.size() + 1);
}

TEST(mysql_position, says_nothing_where_it_does_not_know) {
    EXPECT_EQ(find_place("Table 'd.t' doesn't exist", "SELECT * FROM t"), 0U);
    EXPECT_EQ(find_place(message("something else", 1), "CALL p()"), 0U);
}

TEST(mysql_fingerprint, leaves_out_the_counter) {
    EXPECT_EQ(without_counter(
                  "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4"),
              "CREATE TABLE `t` (\n  `a` int\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4");
    EXPECT_EQ(without_counter("CREATE TABLE `t` ()"), "CREATE TABLE `t` ()");
}

TEST(mysql_errors, keeps_the_words_of_golang_migrate) {
    const spi::ScriptFailure failure =
        failure_of({1064, "42000", message("TABEL b", 1)}, "CREATE TABEL b", 0);

    EXPECT_EQ(failure.original, "Error 1064: " + message("TABEL b", 1));
    EXPECT_EQ(failure.position, 8U);
    EXPECT_TRUE(failure.unread);
}

TEST(mysql_errors, a_wait_for_a_lock_may_pass) {
    const spi::ScriptFailure failure =
        failure_of({1205, "HY000", "Lock wait timeout exceeded"}, "ALTER TABLE t", 0);

    EXPECT_TRUE(failure.passing);
    EXPECT_EQ(failure.sqlstate, "HYT00");
}

TEST(mysql_errors, a_text_that_runs_others_may_have_run) {
    EXPECT_FALSE(failure_of({1064, "42000", message("", 1)}, "CALL p()", 0).unread);
    EXPECT_FALSE(failure_of({1064, "42000", message("bad", 1)}, "SELECT 1; bad", 1).unread);
}

}  // namespace
}  // namespace aether::migrate::mysql
