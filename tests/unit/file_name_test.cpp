// SPDX-License-Identifier: MIT
// Which file names count as migrations, and what they say; the rules are golang-migrate's.
#include "../../src/migration/file_name.hpp"

#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

// Returns "VERSION/DIRECTION TITLE", "too large/DIRECTION TITLE", or "ignored".
std::string read(std::string_view name) {
    const std::optional<FileName> file = parse_file_name(name);
    if (!file) {
        return "ignored";
    }
    return (file->version ? to_string(file->version) : "too large") + "/" +
           std::string(name_of(file->direction)) + " " +
           std::string(name.substr(file->title_begin, file->title_size));
}

TEST(file_name, reads_version_direction_and_title) {
    EXPECT_EQ(read("1_a.up.sql"), "1/up a");
    EXPECT_EQ(read("0001_a.up.sql"), "1/up a");
    EXPECT_EQ(read("000042_create_users.down.sql"), "42/down create_users");
    EXPECT_EQ(read("1485385885_foobar.up.sql"), "1485385885/up foobar");
    EXPECT_EQ(read("20170412214116_date_foobar.up.sql"), "20170412214116/up date_foobar");
    EXPECT_EQ(read("1_f-o_ob+ar.up.sql"), "1/up f-o_ob+ar");
    EXPECT_EQ(read("0_a.up.sql"), "0/up a");
}

TEST(file_name, takes_any_title_and_any_ending) {
    EXPECT_EQ(read("1_.up.sql"), "1/up ");
    EXPECT_EQ(read("7_ok.up."), "7/up ok");
    EXPECT_EQ(read("1_a b.up.sql.gz"), "1/up a b");
    EXPECT_EQ(read("1_größe.up.sql"), "1/up größe");
    EXPECT_EQ(read("1_\xff\xfe.up.sql"), "1/up \xff\xfe");
    EXPECT_EQ(read("1_a\r.up.sql"), "1/up a\r");
    EXPECT_EQ(read("1__a.up.sql"), "1/up _a");
}

TEST(file_name, counts_backup_copies) {
    EXPECT_EQ(read("1_a.up.sql.bak"), "1/up a");
    EXPECT_EQ(read("1_a.up.sql~"), "1/up a");
}

TEST(file_name, lets_the_last_direction_decide) {
    EXPECT_EQ(read("1_x.down.up.sql"), "1/up x.down");
    EXPECT_EQ(read("1_x.up.down.sql"), "1/down x.up");
    EXPECT_EQ(read("1_x.up.up.sql"), "1/up x.up");
    EXPECT_EQ(read("1_x.up.sql.down."), "1/down x.up.sql");
    EXPECT_EQ(read("1_x.down.sql.up"), "1/down x");
}

TEST(file_name, ignores_everything_else) {
    for (const std::string_view name : {"",
                                        "1",
                                        "1_",
                                        "1_a",
                                        "1_a.up",
                                        "1_a.down",
                                        "1-a.up.sql",
                                        "a_1.up.sql",
                                        "v1_a.up.sql",
                                        ".1_a.up.sql",
                                        "-1_a.up.sql",
                                        "+1_a.up.sql",
                                        " 1_a.up.sql",
                                        "_a.up.sql",
                                        "1.up.sql",
                                        "foobar.up.sql",
                                        "1_foobar.sql",
                                        "1_a.UP.sql",
                                        "1_a.Up.sql",
                                        "1_aup.sql",
                                        "1_up.sql",
                                        "\xD9\xA1_a.up.sql",
                                        "README.md"}) {
        EXPECT_EQ(read(name), "ignored") << name;
    }
}

TEST(file_name, never_matches_a_newline) {
    EXPECT_EQ(read("1_a\nb.up.sql"), "ignored");
    EXPECT_EQ(read("1_a.up.sql\n"), "ignored");
    EXPECT_EQ(read("1\n_a.up.sql"), "ignored");
}

TEST(file_name, tells_numbers_that_no_database_can_store) {
    EXPECT_EQ(read("9223372036854775807_a.up.sql"), "9223372036854775807/up a");
    EXPECT_EQ(read("9223372036854775808_a.up.sql"), "too large/up a");
    EXPECT_EQ(read("18446744073709551615_a.down.sql"), "too large/down a");
    EXPECT_EQ(read(std::string(300, '9') + "_a.up.sql"), "too large/up a");
    EXPECT_EQ(read(std::string(300, '0') + "5_a.up.sql"), "5/up a");
}

}  // namespace
}  // namespace aether::migrate
