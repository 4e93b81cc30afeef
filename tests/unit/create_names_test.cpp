// SPDX-License-Identifier: MIT
// The names of a new migration: golang-migrate's rules and texts, and where they are mended.
#include "../../src/migration/create_names.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

using Names = std::vector<std::string>;

/// A sequence of SQL files called x.
CreateOptions sequence(int digits = 6) {
    CreateOptions options;
    options.name = "x";
    options.extension = "sql";
    options.scheme = VersionScheme::sequence;
    options.digits = digits;
    return options;
}

/// SQL files called x, of Monday, 23 November 2026, 05:44:45.123456789 UTC.
CreateOptions by_time(std::string format) {
    CreateOptions options;
    options.name = "x";
    options.extension = "sql";
    options.time_format = std::move(format);
    options.now =
        std::chrono::system_clock::time_point(std::chrono::duration_cast<std::chrono::system_clock::duration>(
            std::chrono::nanoseconds(1795412685123456789)));
    return options;
}

std::string up_name(const CreateOptions& options, const Names& existing = {}) {
    return make_new_names(options, TimeZone(), existing).up;
}

ErrorDetails refusal(const CreateOptions& options, const Names& existing = {}) {
    try {
        make_new_names(options, TimeZone(), existing);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        return error.details();
    }
    ADD_FAILURE() << "not refused";
    return {};
}

TEST(create_names, makes_an_up_and_a_down_file) {
    const NewNames names = make_new_names(sequence(), TimeZone(), {});

    EXPECT_EQ(names.up, "000001_x.up.sql");
    EXPECT_EQ(names.down, "000001_x.down.sql");
    EXPECT_TRUE(names.warnings.empty());
}

TEST(create_names, follows_the_largest_number) {
    EXPECT_EQ(up_name(sequence(), Names{"000001_a.up.sql", "000001_a.down.sql"}), "000002_x.up.sql");
    EXPECT_EQ(up_name(sequence(), Names{"000007_b.up.sql", "000003_a.up.sql"}), "000008_x.up.sql");
    EXPECT_EQ(up_name(sequence(), Names{"000000_a.up.sql"}), "000001_x.up.sql");
}

TEST(create_names, compares_numbers_not_names) {
    EXPECT_EQ(up_name(sequence(), Names{"10_y.up.sql", "9_x.up.sql"}), "000011_x.up.sql");
    EXPECT_EQ(up_name(sequence(3), Names{"0000000000012_y.up.sql", "2_x.up.sql"}), "013_x.up.sql");
}

TEST(create_names, counts_migrations_of_every_extension) {
    EXPECT_EQ(up_name(sequence(), Names{"000005_a.up.txt", "000002_a.up.sql"}), "000006_x.up.sql");
}

TEST(create_names, counts_numbered_files_of_the_same_extension_that_are_no_migrations) {
    EXPECT_EQ(up_name(sequence(), Names{"000004_notes.sql"}), "000005_x.up.sql");
    EXPECT_EQ(up_name(sequence(), Names{"000004_notes.txt"}), "000001_x.up.sql");
    EXPECT_EQ(up_name(sequence(), Names{"000004_notes.sql.bak"}), "000001_x.up.sql");
}

TEST(create_names, is_not_stopped_by_files_without_a_number) {
    EXPECT_EQ(up_name(sequence(), Names{"000001_a.up.sql", "schema.sql", "schema_x.sql", "_x.sql", "+9_x.sql",
                                        "v7_a.up.sql", "z_z.up.sql", "README.md"}),
              "000002_x.up.sql");
}

TEST(create_names, pads_to_the_asked_width) {
    EXPECT_EQ(up_name(sequence(1)), "1_x.up.sql");
    EXPECT_EQ(up_name(sequence(10)), "0000000001_x.up.sql");
    EXPECT_EQ(up_name(sequence(3), Names{"99_a.up.sql"}), "100_x.up.sql");
}

TEST(create_names, refuses_a_width_below_one_and_beyond_a_file_name) {
    EXPECT_EQ(refusal(sequence(0)).message, "digits must be positive");
    EXPECT_EQ(refusal(sequence(-1)).message, "digits must be positive");
    EXPECT_EQ(refusal(sequence(256)).message, "digits must be at most 255, the longest name of a file");
}

TEST(create_names, refuses_a_number_wider_than_asked_and_names_the_cause) {
    const ErrorDetails details = refusal(sequence(2), Names{"99_a.up.sql"});

    EXPECT_EQ(details.message, "next sequence number 100 too large, at most 2 digits are allowed");
    EXPECT_EQ(details.hint, "it follows 99_a.up.sql; -digits 3 makes room");
    EXPECT_EQ(refusal(sequence(), Names{"20240101000000_a.up.sql"}).message,
              "next sequence number 20240101000001 too large, at most 6 digits are allowed");
}

TEST(create_names, refuses_to_count_beyond_the_largest_version) {
    EXPECT_EQ(up_name(sequence(19), Names{"9223372036854775806_a.up.sql"}), "9223372036854775807_x.up.sql");
    for (const char* number :
         {"9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999999999"}) {
        EXPECT_EQ(refusal(sequence(20), Names{std::string(number) + "_a.up.sql", "5_b.up.sql"}).message,
                  "no version is left after " + std::string(number) +
                      "_a.up.sql: the largest is 9223372036854775807");
    }
}

TEST(create_names, refuses_a_sequence_with_a_time_format) {
    CreateOptions options = sequence();
    options.time_format = "unix";

    EXPECT_EQ(refusal(options).message, "the seq and format options are mutually exclusive");
}

TEST(create_names, writes_the_time_by_its_format) {
    EXPECT_EQ(up_name(by_time("20060102150405")), "20261123054445_x.up.sql");
    EXPECT_EQ(up_name(by_time("unix")), "1795412685_x.up.sql");
    EXPECT_EQ(up_name(by_time("unixNano")), "1795412685123456789_x.up.sql");
    EXPECT_EQ(up_name(by_time("2006002")), "2026327_x.up.sql");
    EXPECT_EQ(
        up_name(CreateOptions{.name = "x", .extension = "sql", .directory = "", .now = by_time("").now}),
        "20261123054445_x.up.sql");
}

TEST(create_names, ignores_the_width_without_a_sequence) {
    CreateOptions options = by_time("unix");
    options.digits = 0;

    EXPECT_EQ(up_name(options), "1795412685_x.up.sql");
}

TEST(create_names, refuses_an_empty_time_format) {
    EXPECT_EQ(refusal(by_time("")).message, "time format may not be empty");
}

TEST(create_names, warns_when_the_version_is_no_plain_number) {
    for (const char* format :
         {"abc", "2006-01-02", "2006_01", "20060102 15", "20060102150405.000", "Jan", ".999999999"}) {
        const NewNames names = make_new_names(by_time(format), TimeZone(), {});

        ASSERT_EQ(names.warnings.size(), 1U) << format;
        EXPECT_NE(names.warnings[0].find("is not a plain number: all commands will ignore the new files"),
                  std::string::npos);
    }
    EXPECT_EQ(make_new_names(by_time("abc"), TimeZone(), {}).warnings[0],
              "version \"abc\" is not a plain number: all commands will ignore the new files "
              "(digits only: -format 20060102150405, or -seq)");
}

TEST(create_names, does_not_warn_of_a_plain_number) {
    EXPECT_TRUE(make_new_names(by_time("20060102150405"), TimeZone(), Names{"20261123054444_a.up.sql"})
                    .warnings.empty());
}

TEST(create_names, warns_of_a_version_below_one_that_is_there) {
    const NewNames names = make_new_names(by_time("unix"), TimeZone(), Names{"20240101000000_a.up.sql"});

    EXPECT_EQ(names.up, "1795412685_x.up.sql");
    EXPECT_EQ(names.warnings,
              Names{"version 1795412685 is below that of 20240101000000_a.up.sql: a database that has "
                    "got that far will skip the new migration"});
}

TEST(create_names, refuses_a_version_above_the_largest) {
    EXPECT_EQ(refusal(by_time("99999999999999999999")).message,
              "version 99999999999999999999 is too large: the largest is 9223372036854775807");
}

TEST(create_names, refuses_a_version_that_a_file_has_whatever_its_padding_and_extension) {
    for (const char* name :
         {"77_foo.up.sql", "77_x.up.sql", "000077_foo.down.sql", "77_foo.up.txt", "77_.up.", "77_foo.sql"}) {
        const ErrorDetails details = refusal(by_time("77"), Names{"1_a.up.sql", name});

        EXPECT_EQ(details.message, "duplicate migration version: 77");
        EXPECT_EQ(details.hint, std::string(name) + " has that version");
    }
    EXPECT_EQ(up_name(by_time("77"), Names{"770_foo.up.sql", "7_foo.up.sql", "77.sql", "77_foo.md"}),
              "77_x.up.sql");
}

TEST(create_names, refuses_a_version_without_a_number_that_a_file_of_its_ending_has) {
    EXPECT_EQ(refusal(by_time("abc"), Names{"abc_foo.up.sql"}).message, "duplicate migration version: abc");
    EXPECT_EQ(up_name(by_time("abc"), Names{"abc_foo.up.txt", "abcd_foo.up.sql"}), "abc_x.up.sql");
}

TEST(create_names, strips_one_point_of_the_extension) {
    CreateOptions options = sequence();

    options.extension = ".sql";
    EXPECT_EQ(up_name(options), "000001_x.up.sql");
    options.extension = "..sql";
    EXPECT_EQ(up_name(options), "000001_x.up..sql");
    options.extension = ".";
    EXPECT_EQ(up_name(options), "000001_x.up.");
    options.extension = "pg.sql";
    EXPECT_EQ(up_name(options), "000001_x.up.pg.sql");
}

TEST(create_names, takes_glob_characters_of_the_extension_as_they_are) {
    CreateOptions options = sequence();
    options.extension = "s*l";

    EXPECT_EQ(up_name(options, Names{"000003_a.sqql"}), "000001_x.up.s*l");
}

TEST(create_names, keeps_the_name_as_it_is) {
    CreateOptions options = sequence();

    for (const char* name :
         {"", "a b", "A", "\xC3\xA9", "x.down", "a..b", ".", "...", "[*?]", "-f", "a\\b"}) {
        options.name = name;

        EXPECT_EQ(up_name(options), std::string("000001_") + name + ".up.sql");
    }
}

TEST(create_names, refuses_a_name_that_leads_elsewhere) {
    CreateOptions options = sequence();

    options.name = "a/b";
    EXPECT_EQ(refusal(options).message,
              "name \"a/b\" holds a slash, which can't be part of a migration's file name");
    options.name = "/../../x";
    EXPECT_EQ(refusal(options).message,
              "name \"/../../x\" holds a slash, which can't be part of a migration's file name");
    options.name = "..";
    EXPECT_EQ(refusal(options).message,
              "name \"..\" stands for a directory and can't be that of a migration");
}

TEST(create_names, refuses_a_name_that_no_command_would_read) {
    CreateOptions options = sequence();

    options.name = "a\nb";
    EXPECT_EQ(refusal(options).message,
              "name \"a\\nb\" holds a newline, which can't be part of a migration's file name");
    options.name = std::string("a\0b", 3);
    EXPECT_EQ(refusal(options).message,
              "name \"a\\x00b\" holds a zero byte, which can't be part of a migration's file name");
}

TEST(create_names, refuses_a_slash_in_extension_and_version) {
    CreateOptions options = sequence();
    options.extension = "d/sql";

    EXPECT_EQ(refusal(options).message,
              "extension \"d/sql\" holds a slash, which can't be part of a migration's file name");
    EXPECT_EQ(refusal(by_time("2006/01")).message,
              "version \"2026/11\" holds a slash, which can't be part of a migration's file name");
}

TEST(create_names, refuses_an_extension_that_makes_two_halves_of_one_direction) {
    CreateOptions options = sequence();

    for (const char* extension : {"up.sql", "down.sql", "a.down.b", ".up."}) {
        options.extension = extension;

        EXPECT_NE(refusal(options).message.find("hides which file is up and which is down"),
                  std::string::npos)
            << extension;
    }
    options.extension = "down";
    EXPECT_EQ(up_name(options), "000001_x.up.down");
}

}  // namespace
}  // namespace aether::migrate
