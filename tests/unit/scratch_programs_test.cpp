// SPDX-License-Identifier: MIT
// Which PostgreSQL is found, in trees of empty programs.
#include "../../drivers/postgres/scratch_programs.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <aether/migrate/error.hpp>

#include "../support/folder.hpp"

namespace aether::migrate::postgres::scratch {
namespace {

class ScratchPrograms : public testing::Test {
protected:
    void SetUp() override { search.root = tree.path(); }

    void add_program(const std::string& path, mode_t mode) const {
        const std::filesystem::path file = search.root + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << "#!/bin/sh\n";
        ASSERT_EQ(chmod(file.c_str(), mode), 0);
    }

    void add_server(const std::string& folder) const {
        add_program(folder + "/initdb", 0755);
        add_program(folder + "/postgres", 0755);
    }

    // The folder that is found, as if the tree were the whole machine.
    std::string found() const { return find_programs(search).substr(search.root.size()); }

    const Folder tree;
    Search search;
};

TEST_F(ScratchPrograms, are_the_newest_by_number_and_not_by_spelling) {
    add_server("/usr/lib/postgresql/100/bin");
    add_server("/usr/lib/postgresql/18/bin");
    add_server("/usr/lib/postgresql/15/bin");

    EXPECT_EQ(found(), "/usr/lib/postgresql/100/bin");
}

TEST_F(ScratchPrograms, are_the_newest_of_all_places) {
    add_server("/usr/lib/postgresql/15/bin");
    add_server("/usr/pgsql-17/bin");
    add_server("/opt/homebrew/opt/postgresql@16/bin");
    add_server("/usr/local/pgsql/bin");

    EXPECT_EQ(found(), "/usr/pgsql-17/bin");
}

TEST_F(ScratchPrograms, need_both_initdb_and_postgres_as_programs) {
    add_server("/usr/lib/postgresql/14/bin");
    add_program("/usr/lib/postgresql/15/bin/postgres", 0755);
    add_program("/usr/lib/postgresql/16/bin/postgres", 0755);
    add_program("/usr/lib/postgresql/16/bin/initdb", 0644);
    std::filesystem::create_directories(search.root + "/usr/lib/postgresql/17/bin/initdb");
    add_program("/usr/lib/postgresql/17/bin/postgres", 0755);

    EXPECT_EQ(found(), "/usr/lib/postgresql/14/bin");
}

TEST_F(ScratchPrograms, are_not_taken_when_too_old_or_not_a_version) {
    add_server("/usr/lib/postgresql/11/bin");
    add_server("/usr/lib/postgresql/9.6/bin");
    add_server("/usr/lib/postgresql/common/bin");
    add_server("/usr/local/pgsql/bin");

    EXPECT_EQ(found(), "/usr/local/pgsql/bin");
}

TEST_F(ScratchPrograms, are_taken_from_the_path_last_and_in_its_order) {
    add_server("/first");
    add_server("/second");
    search.path = "relative::/nonexistent:" + search.root + "/first:" + search.root + "/second";

    EXPECT_EQ(found(), "/first");

    add_server("/usr/local/pgsql/bin");
    EXPECT_EQ(found(), "/usr/local/pgsql/bin");
}

TEST_F(ScratchPrograms, are_the_chosen_ones_before_all_others) {
    add_server("/usr/lib/postgresql/18/bin");
    add_server("/mine");
    search.chosen = search.root + "/mine/";

    EXPECT_EQ(holds_programs(find_programs(search)), true);
    EXPECT_EQ(found().substr(0, 5), "/mine");
}

TEST_F(ScratchPrograms, are_not_looked_for_elsewhere_when_the_choice_is_wrong) {
    add_server("/usr/lib/postgresql/18/bin");
    search.chosen = "/nonexistent";
    try {
        find_programs(search);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::unsupported);
        EXPECT_EQ(error.details().message,
                  "AETHER_POSTGRES_BIN is /nonexistent, which does not hold initdb and postgres");
    }
}

TEST_F(ScratchPrograms, that_are_missing_are_an_error_which_names_the_package_and_the_variable) {
    try {
        find_programs(search);
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::unsupported);
        EXPECT_EQ(error.details().message,
                  "no PostgreSQL server is installed on this machine, and a scratch server needs one");
        EXPECT_NE(error.details().hint.find("apt-get install postgresql"), std::string::npos);
        EXPECT_NE(error.details().hint.find("create_main_cluster = false"), std::string::npos);
        EXPECT_NE(error.details().hint.find("AETHER_POSTGRES_BIN"), std::string::npos);
    }
}

TEST(scratch_version, is_read_from_what_postgres_prints) {
    const std::optional<Programs> debian =
        parse_version("postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)\n");
    const std::optional<Programs> plain = parse_version("postgres (PostgreSQL) 18.4\n");
    const std::optional<Programs> beta = parse_version("postgres (PostgreSQL) 19beta1\n");

    ASSERT_TRUE(debian && plain && beta);
    EXPECT_EQ(debian->version, "15.20");
    EXPECT_EQ(debian->major, 15);
    EXPECT_EQ(plain->version, "18.4");
    EXPECT_EQ(beta->version, "19beta1");
    EXPECT_EQ(beta->major, 19);
}

TEST(scratch_version, is_not_guessed_from_other_texts) {
    for (const char* const text : {"", "postgres", "postgres (PostgreSQL) ", "postgres (PostgreSQL) devel",
                                   "mysqld  Ver 8.0", "error while loading shared libraries"}) {
        EXPECT_FALSE(parse_version(text)) << text;
    }
}

}  // namespace
}  // namespace aether::migrate::postgres::scratch
