// SPDX-License-Identifier: MIT
// How files become pairs in order, and how every problem of a directory is told at once.
#include "../../src/migration/catalog.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

Catalog catalog_of(std::initializer_list<std::string> names) {
    std::vector<spi::SourceFile> files;
    for (const std::string& name : names) {
        files.push_back({name, ""});
    }
    return make_catalog(std::move(files), "migrations");
}

// Returns what the refusal of these files says.
ErrorDetails refusal(std::vector<spi::SourceFile> files) {
    try {
        (void)make_catalog(std::move(files), "migrations");
    } catch (const Error& error) {
        return error.details();
    }
    return {};
}

std::string message(std::vector<spi::SourceFile> files) {
    return refusal(std::move(files)).message;
}

TEST(catalog, pairs_files_by_version) {
    const Catalog catalog = catalog_of({"1_a.down.sql", "1_a.up.sql"});

    ASSERT_EQ(catalog.entries().size(), 1U);
    EXPECT_EQ(catalog.entries()[0].version, Version{1});
    EXPECT_EQ(catalog.entries()[0].half(Direction::up)->file, "1_a.up.sql");
    EXPECT_EQ(catalog.entries()[0].half(Direction::up)->title, "a");
    EXPECT_EQ(catalog.entries()[0].half(Direction::down)->file, "1_a.down.sql");
}

TEST(catalog, orders_by_number_and_not_by_name) {
    const Catalog catalog = catalog_of({"10_b.up.sql", "9_a.up.sql", "000011_c.up.sql", "0_z.up.sql"});

    std::vector<std::int64_t> versions;
    for (const CatalogEntry& entry : catalog.entries()) {
        versions.push_back(entry.version.number);
    }
    EXPECT_EQ(versions, (std::vector<std::int64_t>{0, 9, 10, 11}));
}

TEST(catalog, pairs_halves_with_different_titles_paddings_and_endings) {
    const Catalog catalog = catalog_of({"0001_create.up.sql", "1_drop.down.txt"});

    ASSERT_EQ(catalog.entries().size(), 1U);
    EXPECT_EQ(catalog.entries()[0].up->title, "create");
    EXPECT_EQ(catalog.entries()[0].down->title, "drop");
}

TEST(catalog, keeps_versions_with_one_half) {
    const Catalog catalog = catalog_of({"1_a.up.sql", "2_b.down.sql"});

    ASSERT_EQ(catalog.entries().size(), 2U);
    EXPECT_FALSE(catalog.entries()[0].down);
    EXPECT_FALSE(catalog.entries()[1].up);
}

TEST(catalog, ignores_other_files_and_their_problems) {
    const Catalog catalog = make_catalog(
        {{"README.md", ""}, {"link", "dangling symbolic link"}, {"1_a.up.sql", ""}}, "migrations");

    EXPECT_EQ(catalog.entries().size(), 1U);
}

TEST(catalog, finds_an_entry_and_its_neighbours) {
    const Catalog catalog = catalog_of({"1_a.up.sql", "3_b.up.sql", "5_c.up.sql"});

    EXPECT_EQ(catalog.find(Version{3})->version, Version{3});
    EXPECT_EQ(catalog.find(Version{2}), nullptr);
    EXPECT_EQ(catalog.find(Version{6}), nullptr);
    EXPECT_EQ(catalog.next(std::nullopt)->version, Version{1});
    EXPECT_EQ(catalog.next(Version{1})->version, Version{3});
    EXPECT_EQ(catalog.next(Version{2})->version, Version{3});
    EXPECT_EQ(catalog.next(Version{5}), nullptr);
    EXPECT_EQ(catalog.previous(Version{5})->version, Version{3});
    EXPECT_EQ(catalog.previous(Version{4})->version, Version{3});
    EXPECT_EQ(catalog.previous(Version{1}), nullptr);
}

TEST(catalog, of_no_files_is_empty) {
    const Catalog catalog = catalog_of({});

    EXPECT_TRUE(catalog.entries().empty());
    EXPECT_EQ(catalog.find(Version{1}), nullptr);
    EXPECT_EQ(catalog.next(std::nullopt), nullptr);
    EXPECT_EQ(catalog.previous(Version{1}), nullptr);
}

TEST(catalog, rejects_two_files_with_one_version_and_direction) {
    // golang-migrate names the later one in byte order, in whatever order the files come.
    const ErrorDetails details = refusal({{"1_a.up.sql", ""}, {"0001_b.up.sql", ""}});

    EXPECT_EQ(details.code, ErrorCode::source_unusable);
    EXPECT_EQ(details.message,
              "duplicate migration file: 1_a.up.sql\n"
              "  0001_b.up.sql and 1_a.up.sql are up files of version 1");
    EXPECT_EQ(details.state, "in migrations: nothing was run");
    EXPECT_FALSE(details.next.empty());
}

TEST(catalog, names_the_duplicate_that_golang_migrate_would_meet_first) {
    const std::string text =
        message({{"2_x.up.sql", ""}, {"2_y.up.sql", ""}, {"10_a.down.sql", ""}, {"10_b.down.sql", ""}});

    EXPECT_EQ(text,
              "duplicate migration file: 10_b.down.sql\n"
              "  10_a.down.sql and 10_b.down.sql are down files of version 10\n"
              "  2_x.up.sql and 2_y.up.sql are up files of version 2");
}

TEST(catalog, says_which_duplicate_looks_like_a_backup) {
    EXPECT_EQ(message({{"1_a.up.sql", ""}, {"1_a.up.sql.bak", ""}, {"1_a.up.sql~", ""}}),
              "duplicate migration file: 1_a.up.sql.bak\n"
              "  1_a.up.sql, 1_a.up.sql.bak and 1_a.up.sql~ are up files of version 1"
              "; 1_a.up.sql.bak looks like a backup copy, but its name is that of a migration"
              "; 1_a.up.sql~ looks like a backup copy, but its name is that of a migration");
}

TEST(catalog, rejects_versions_that_no_database_can_store) {
    const std::string huge(300, '9');

    EXPECT_EQ(
        message({{"9223372036854775808_a.up.sql", ""}, {huge + "_b.up.sql", ""}}),
        "2 migration files can't be used\n"
        "  9223372036854775808_a.up.sql: its version is above 9223372036854775807, "
        "the largest that a database can store\n  " +
            huge +
            "_b.up.sql: its version is above 9223372036854775807, the largest that a database can store");
}

TEST(catalog, tells_all_problems_at_once) {
    const std::string text = message({{"3_c.up.sql", "dangling symbolic link"},
                                      {"1_a.up.sql", ""},
                                      {"1_b.up.sql", "a symbolic link to a directory"},
                                      {"9223372036854775808_d.down.sql", ""},
                                      {"2_ok.up.sql", ""}});

    EXPECT_EQ(
        text,
        "duplicate migration file: 1_b.up.sql\n"
        "  1_a.up.sql and 1_b.up.sql are up files of version 1\n"
        "  1_b.up.sql: a symbolic link to a directory\n"
        "  3_c.up.sql: dangling symbolic link\n"
        "  9223372036854775808_d.down.sql: its version is above 9223372036854775807, the largest that a "
        "database can store");
}

TEST(catalog, counts_a_single_problem_in_the_singular) {
    EXPECT_EQ(message({{"3_c.up.sql", "a named pipe"}}),
              "1 migration file can't be used\n  3_c.up.sql: a named pipe");
}

TEST(catalog, keeps_ten_thousand_pairs_in_order) {
    std::vector<spi::SourceFile> files;
    for (int i = 0; i < 20000; ++i) {
        const int shuffled = i * 7919 % 20000;
        files.push_back(
            {std::to_string(shuffled / 2) + "_t" + (shuffled % 2 == 0 ? ".up.sql" : ".down.sql"), ""});
    }

    const Catalog catalog = make_catalog(std::move(files), "migrations");

    ASSERT_EQ(catalog.entries().size(), 10000U);
    for (std::size_t i = 0; i < 10000; ++i) {
        ASSERT_EQ(catalog.entries()[i].version.number, static_cast<std::int64_t>(i));
        ASSERT_TRUE(catalog.entries()[i].up && catalog.entries()[i].down);
    }
}

}  // namespace
}  // namespace aether::migrate
