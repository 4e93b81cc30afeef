// SPDX-License-Identifier: MIT
// Whether migrations written in C++ and their files belong together.
#include "../../src/migration/code.hpp"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

const CodeFunction kNothing = [](CodeSession&) {};

Catalog catalog_of(std::initializer_list<std::string> names) {
    std::vector<spi::SourceFile> files;
    for (const std::string& name : names) {
        files.push_back({name, ""});
    }
    return make_catalog(std::move(files), "migrations");
}

ErrorDetails accepted() {
    ErrorDetails details;
    details.message = "accepted";
    return details;
}

// Returns what the check refuses; "accepted" when it refuses nothing.
ErrorDetails refusal_of(const std::vector<CodeMigration>& code, const Catalog& catalog) {
    try {
        check_code(code, catalog, "migrations");
    } catch (const Error& error) {
        return error.details();
    }
    return accepted();
}

CodeFile marked_file(Direction direction = Direction::up) {
    return {"5_x.sql", Version{5}, direction, true, 0};
}

ErrorDetails refusal_of(const std::vector<CodeMigration>& code, const CodeFile& file) {
    try {
        find_function(code, file);
    } catch (const Error& error) {
        return error.details();
    }
    return accepted();
}

TEST(code, with_its_two_files_is_accepted) {
    const Catalog catalog = catalog_of({"1_a.up.sql", "5_x.up.sql", "5_x.down.sql"});

    EXPECT_EQ(refusal_of({{Version{5}, kNothing, kNothing}}, catalog).message, "accepted");
    EXPECT_EQ(refusal_of({{Version{5}, {}, kNothing}}, catalog).message, "accepted");
}

TEST(code, without_files_names_the_two_to_make) {
    const ErrorDetails details = refusal_of({{Version{5}, kNothing, kNothing}}, catalog_of({"1_a.up.sql"}));

    EXPECT_EQ(details.code, ErrorCode::invalid_argument);
    EXPECT_NE(details.message.find("version 5 has no files: make 5_NAME.up.sql and 5_NAME.down.sql"),
              std::string::npos);
    EXPECT_EQ(details.state, "in migrations: nothing was run");
}

TEST(code, with_one_file_names_that_beside_which_to_make_the_other) {
    const ErrorDetails details = refusal_of({{Version{5}, kNothing, kNothing}}, catalog_of({"005_x.up.sql"}));

    EXPECT_NE(details.message.find("version 5 has no down file: make one beside 005_x.up.sql"),
              std::string::npos);
}

TEST(code, with_several_problems_lists_all_of_them) {
    const Catalog catalog = catalog_of({"5_x.up.sql", "5_x.down.sql"});

    const std::string message =
        refusal_of({{Version{5}, {}, {}}, {Version{5}, kNothing, {}}, {Version{6}, kNothing, kNothing}},
                   catalog)
            .message;

    EXPECT_NE(message.find("\n  version 5 has neither an up nor a down function"), std::string::npos);
    EXPECT_NE(message.find("\n  version 5 is given twice"), std::string::npos);
    EXPECT_NE(message.find("\n  version 6 has no files"), std::string::npos);
}

TEST(code, gives_each_half_its_function) {
    const std::vector<CodeMigration> code{{Version{4}, kNothing, {}}, {Version{5}, kNothing, kNothing}};

    EXPECT_EQ(find_function(code, marked_file()), &code[1].up);
    EXPECT_EQ(find_function(code, marked_file(Direction::down)), &code[1].down);
}

TEST(code, leaves_files_of_other_versions_alone) {
    const std::vector<CodeMigration> code{{Version{4}, kNothing, {}}};

    EXPECT_EQ(find_function(code, {"5_x.up.sql", Version{5}, Direction::up, false, 3}), nullptr);
    EXPECT_EQ(find_function(code, marked_file()), nullptr);
}

TEST(code, may_have_one_half_in_sql) {
    const std::vector<CodeMigration> code{{Version{5}, kNothing, {}}};

    EXPECT_EQ(find_function(code, {"5_x.down.sql", Version{5}, Direction::down, false, 1}), nullptr);
}

TEST(code, whose_file_has_a_statement_is_refused_with_its_line) {
    const ErrorDetails details = refusal_of({{Version{5}, kNothing, kNothing}},
                                            CodeFile{"5_x.up.sql", Version{5}, Direction::up, false, 7});

    EXPECT_EQ(details.code, ErrorCode::migration_refused);
    EXPECT_EQ(details.where.file, "5_x.up.sql");
    EXPECT_EQ(details.where.line, 7U);
    EXPECT_EQ(details.hint, "the body of a migration written in C++ goes into the function");
}

TEST(code, whose_file_does_not_say_so_is_refused) {
    const ErrorDetails details = refusal_of({{Version{5}, kNothing, kNothing}},
                                            CodeFile{"5_x.up.sql", Version{5}, Direction::up, false, 0});

    EXPECT_EQ(details.message,
              "migration refused: the up file of version 5 does not say that it is written in C++");
    EXPECT_NE(details.hint.find("write \"-- migrate:code\" at its head"), std::string::npos);
}

TEST(code, with_neither_function_nor_statements_for_a_half_is_refused) {
    const ErrorDetails details = refusal_of({{Version{5}, kNothing, {}}},
                                            CodeFile{"5_x.down.sql", Version{5}, Direction::down, false, 0});

    EXPECT_EQ(details.message,
              "migration refused: version 5 has no down function, and its down file has no statement");
}

TEST(code, that_this_program_lacks_sends_to_the_one_that_has_it) {
    try {
        refuse_without_function(marked_file());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::migration_refused);
        EXPECT_STREQ(error.what(),
                     "migration refused: the up of version 5 is written in C++, and this program has no "
                     "function for it");
        EXPECT_EQ(error.details().next, "run the program that has it");
    }
}

}  // namespace
}  // namespace aether::migrate
