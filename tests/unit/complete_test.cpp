// SPDX-License-Identifier: MIT
// Which sets of files are complete, and how every problem of one is told at once.
#include <aether/migrate/complete.hpp>

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

using Names = std::vector<std::string>;

std::string refusal_of(const Names& names) {
    try {
        check_complete(names, "migrations");
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::source_unusable);
        return error.what();
    }
    return "accepted";
}

// Pairs of the given stems.
Names pairs(const Names& stems) {
    Names names;
    for (const std::string& stem : stems) {
        names.push_back(stem + ".up.sql");
        names.push_back(stem + ".down.sql");
    }
    return names;
}

TEST(complete, sorts_by_version_with_up_before_down) {
    EXPECT_EQ(
        check_complete({"10_b.down.sql", "README.md", "9_a.up.sql", "10_b.up.sql", "9_a.down.sql"}, "here"),
        (Names{"9_a.up.sql", "9_a.down.sql", "10_b.up.sql", "10_b.down.sql"}));
}

TEST(complete, lists_every_problem_by_its_file) {
    EXPECT_EQ(refusal_of({"1_a.up.sql", "1_a.down.sql", "3_b.down.tar.up.sql", "seed.sql"}),
              "the set of migrations is not complete\n"
              "  3_b.down.tar.up.sql: its other half, 3_b.down.tar.down.sql, is missing\n"
              "  3_b.down.tar.up.sql: version 2 before it is missing\n"
              "  seed.sql: no migration's name, which is VERSION_TITLE.up.sql or VERSION_TITLE.down.sql");
}

TEST(complete, refuses_what_a_run_refuses) {
    EXPECT_EQ(refusal_of({"1_a.up.sql", "1_b.up.sql"}),
              "duplicate migration file: 1_b.up.sql\n  1_a.up.sql and 1_b.up.sql are up files of version 1");
}

TEST(complete, names_that_were_meant_to_be_migrations_are_refused) {
    for (const char* name : {"1-a.up.sql", "a.sql", "a.SQL", "1_a.Up.sql", "a.down.txt", "7_notes"}) {
        Names names = pairs({"1_a"});
        names.emplace_back(name);

        EXPECT_NE(refusal_of(names).find(std::string("\n  ") + name + ": "), std::string::npos) << name;
    }
}

TEST(complete, other_names_are_left_out) {
    for (const char* name : {"README.md", ".1_a.up.sql.swp", ".gitkeep", "notes", "2024 plans.txt"}) {
        Names names = pairs({"1_a"});
        names.emplace_back(name);

        EXPECT_EQ(check_complete(names, "here").size(), 2) << name;
    }
}

TEST(complete, numbers_in_a_row_have_no_gap) {
    EXPECT_NE(refusal_of(pairs({"1_a", "4_b"})).find("4_b.up.sql: versions 2 to 3 before it are missing"),
              std::string::npos);
    EXPECT_NE(refusal_of(pairs({"0_a", "2_b"})).find("2_b.up.sql: version 1 before it is missing"),
              std::string::npos);
    EXPECT_NE(refusal_of(pairs({"0041_a", "0043_b"})).find("0043_b.up.sql: version 42 before it is missing"),
              std::string::npos);
}

TEST(complete, times_and_first_numbers_may_be_any) {
    EXPECT_EQ(check_complete(pairs({"20240101120000_a", "20240301120000_b"}), "here").size(), 4);
    EXPECT_EQ(check_complete(pairs({"0041_a", "0042_b"}), "here").size(), 4);
    EXPECT_EQ(check_complete(pairs({"100_a", "200_b"}), "here").size(), 4);
}

TEST(complete, nothing_at_all_is_refused) {
    EXPECT_EQ(refusal_of({"README.md"}), "no migrations in migrations");
}

}  // namespace
}  // namespace aether::migrate
