// SPDX-License-Identifier: MIT
// What is decided about a file before anything runs.
#include "../../src/run/preflight.hpp"

#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/mysql/dialect.hpp"
#include "../../drivers/postgres/dialect.hpp"
#include "../../src/source/memory.hpp"
#include "../support/pieces.hpp"

namespace aether::migrate::run {
namespace {

constexpr const char* kFile = "1_a.up.sql";

ScriptFacts check(const std::string& text, const spi::Settings& settings = {}) {
    MemorySource source({{kFile, text}});
    return check_script(source, kFile, postgres::dialect(), settings);
}

Error refusal_of(const std::string& text, const spi::Settings& settings = {}) {
    try {
        check(text, settings);
    } catch (const Error& error) {
        return error;
    }
    return {ErrorCode::internal, "accepted"};
}

TEST(Preflight, puts_the_usual_file_into_a_transaction) {
    const ScriptFacts facts = check("CREATE TABLE a (i int);\nCREATE TABLE b (i int);");

    EXPECT_EQ(facts.mode, ScriptMode::transaction);
    EXPECT_EQ(facts.statements, 2U);
    EXPECT_EQ(facts.begin, "BEGIN");
}

TEST(Preflight, makes_the_checksum_of_the_whole_file) {
    EXPECT_EQ(check("").checksum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(check("abc").checksum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Preflight, runs_a_lone_statement_bare_that_needs_it) {
    EXPECT_EQ(check("-- why\nCREATE INDEX CONCURRENTLY i ON t (a);").mode, ScriptMode::segments);
    EXPECT_EQ(check("VACUUM").mode, ScriptMode::segments);
}

TEST(Preflight, cuts_a_mixed_file_into_segments) {
    const ScriptFacts facts = check("CREATE TABLE t (a int);\n\n  CREATE INDEX CONCURRENTLY i ON t (a);");

    EXPECT_EQ(facts.mode, ScriptMode::segments);
    EXPECT_EQ(facts.cut, Cut::together);
    EXPECT_EQ(facts.statements, 2U);
}

TEST(Preflight, takes_over_a_files_own_transaction) {
    const ScriptFacts facts = check("BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;\n");

    EXPECT_EQ(facts.mode, ScriptMode::own_transaction);
    EXPECT_EQ(facts.begin, "BEGIN ISOLATION LEVEL SERIALIZABLE;");
}

TEST(Preflight, takes_blocks_beside_others_as_segments) {
    EXPECT_EQ(check("SELECT 1; BEGIN; SELECT 2; COMMIT;").mode, ScriptMode::segments);
    EXPECT_EQ(check("BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT;").mode, ScriptMode::segments);
}

TEST(Preflight, leaves_other_transaction_control_to_the_file) {
    EXPECT_EQ(check("SELECT 1; COMMIT;").mode, ScriptMode::whole);
    EXPECT_EQ(check("BEGIN; SELECT 1; ROLLBACK;").mode, ScriptMode::whole);
    EXPECT_EQ(check("BEGIN; BEGIN; COMMIT;").mode, ScriptMode::whole);
}

TEST(Preflight, obeys_header_lines) {
    EXPECT_EQ(check("-- migrate:transaction\nSELECT 1; VACUUM;").mode, ScriptMode::transaction);
    const ScriptFacts facts =
        check("-- migrate:no-transaction\n-- migrate:retry-for 5s\nSELECT 1; SELECT 2;");

    EXPECT_EQ(facts.mode, ScriptMode::segments);
    EXPECT_EQ(facts.cut, Cut::one_each);
    EXPECT_EQ(facts.directives.limits.retry_for, std::chrono::seconds(5));
}

TEST(Preflight, refuses_header_lines_that_are_none_or_contradict_the_file) {
    const Error unknown = refusal_of("\n-- migrate:no-transactions\nSELECT 1;");

    EXPECT_EQ(unknown.code(), ErrorCode::migration_refused);
    EXPECT_EQ(unknown.details().where.line, 2U);
    EXPECT_EQ(refusal_of("-- migrate:transaction\nBEGIN; SELECT 1; COMMIT;").code(),
              ErrorCode::migration_refused);
}

TEST(Preflight, refuses_a_begin_without_a_commit) {
    const Error error = refusal_of("SELECT 1;\nBEGIN;\nSELECT 2;");

    EXPECT_EQ(error.code(), ErrorCode::migration_refused);
    EXPECT_EQ(error.details().where.line, 2U);
}

TEST(Preflight, refuses_what_no_driver_can_send) {
    EXPECT_EQ(refusal_of("COPY t FROM STDIN;\n1\n\\.\n").code(), ErrorCode::migration_refused);
    EXPECT_EQ(refusal_of("\\connect other\n").code(), ErrorCode::migration_refused);
}

TEST(Preflight, refuses_a_delimiter_command_that_says_none) {
    const spi::Dialect dialect = sql::dialect_of(sql::kMysqlRules);
    const std::string text = "SELECT 1;\nDELIMITER ; SELECT 2;\n";
    MemorySource source({{kFile, text}});

    try {
        check_script(source, kFile, dialect, {});
        ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::migration_refused);
        EXPECT_EQ(error.details().where.line, 2U);
        EXPECT_EQ(error.details().hint, "write \"DELIMITER //\" on a line of its own");
    }
}

TEST(Preflight, reads_header_lines_before_and_behind_a_delimiter_command) {
    const spi::Dialect dialect = sql::dialect_of(sql::kMysqlRules);
    const std::string text = "-- migrate:retry-for 5s\nDELIMITER //\n# migrate:idempotent\nSELECT 1//";
    MemorySource source({{kFile, text}});

    const Directives directives = check_script(source, kFile, dialect, {}).directives;

    EXPECT_EQ(directives.limits.retry_for, std::chrono::seconds(5));
    EXPECT_TRUE(directives.idempotent);
}

TEST(Preflight, refuses_bytes_that_are_not_utf8_and_names_the_offset) {
    const Error error = refusal_of("SELECT 'caf\xE9';");

    EXPECT_EQ(error.code(), ErrorCode::migration_refused);
    EXPECT_NE(std::string(error.what()).find("not UTF-8 at byte 11"), std::string::npos);
    EXPECT_EQ(refusal_of(std::string("SELECT 1;\0", 10)).code(), ErrorCode::migration_refused);
    EXPECT_NE(std::string(refusal_of(std::string("\xFF\xFES\0", 4)).what()).find("UTF-16"),
              std::string::npos);
}

TEST(Preflight, refuses_a_statement_beside_a_function_and_names_its_place) {
    const Error error = refusal_of("-- migrate:code\n\n  SELECT 1;");

    EXPECT_EQ(error.code(), ErrorCode::migration_refused);
    EXPECT_EQ(error.details().where.line, 3U);
    EXPECT_EQ(error.details().where.column, 3U);
    EXPECT_NE(error.details().hint.find("goes into the function"), std::string::npos);
}

TEST(Preflight, has_a_function_in_one_transaction_unless_its_file_says_otherwise) {
    EXPECT_EQ(check("-- migrate:code\n").mode, ScriptMode::transaction);
    EXPECT_EQ(check("-- migrate:code\n-- migrate:no-transaction").mode, ScriptMode::whole);
    EXPECT_EQ(check("-- migrate:code").statements, 1U);
}

TEST(Preflight, has_no_transaction_for_a_function_where_statements_end_it_unless_its_file_says_so) {
    const auto mode_of = [](const std::string& text) {
        MemorySource source({{kFile, text}});
        return check_script(source, kFile, mysql::dialect(), {}).mode;
    };

    EXPECT_EQ(mode_of("-- migrate:code"), ScriptMode::whole);
    EXPECT_EQ(mode_of("-- migrate:code\n-- migrate:transaction"), ScriptMode::transaction);
}

TEST(Preflight, tells_the_line_of_the_first_statement) {
    EXPECT_EQ(check("-- nothing\n").first_line, 0U);
    EXPECT_EQ(check("-- why\nSELECT 1;\nSELECT 2;").first_line, 2U);
}

TEST(Preflight, strips_a_byte_order_mark) {
    EXPECT_EQ(check("\xEF\xBB\xBFVACUUM;").mode, ScriptMode::segments);
}

TEST(Preflight, takes_each_statement_by_itself_when_the_url_says_so) {
    spi::Settings settings;
    settings.multi_statement = true;
    settings.multi_statement_max_bytes = 20;

    EXPECT_EQ(check("VACUUM; SELECT 1;", settings).mode, ScriptMode::segments);
    EXPECT_NE(
        std::string(refusal_of("SELECT 'far longer than allowed';", settings).what()).find("token too long"),
        std::string::npos);
}

}  // namespace
}  // namespace aether::migrate::run
