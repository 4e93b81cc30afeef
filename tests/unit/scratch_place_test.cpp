// SPDX-License-Identifier: MIT
// Names, folders, socket paths and URLs of scratch servers.
#include "../../drivers/postgres/scratch_place.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include <aether/migrate/error.hpp>

namespace aether::migrate::postgres::scratch {
namespace {

bool is_refused(const std::string& name) {
    try {
        check_name(name);
    } catch (const Error& error) {
        return error.code() == ErrorCode::invalid_argument;
    }
    return false;
}

// A folder whose socket path, with "/socket/.s.PGSQL.5432" behind it, has so many bytes.
std::string folder_for_socket_path_of(std::size_t bytes) {
    const std::size_t behind = std::string("/socket/.s.PGSQL.5432").size();
    return "/" + std::string(bytes - behind - 1, 'x');
}

TEST(scratch_place, takes_names_of_letters_digits_underscore_and_hyphen) {
    for (const std::string& name :
         {std::string("a"), std::string("demo"), std::string("a-b_9"), std::string(40, 'z')}) {
        EXPECT_FALSE(is_refused(name)) << name;
    }
}

TEST(scratch_place, refuses_all_other_names) {
    for (const std::string& name :
         {std::string(), std::string("9a"), std::string("-a"), std::string("_a"), std::string("A"),
          std::string("aB"), std::string("a.b"), std::string("a/b"), std::string(".."), std::string("a b"),
          std::string("a\"b"), std::string("ä"), std::string("a\0b", 3), std::string("a\n"),
          std::string(41, 'z')}) {
        EXPECT_TRUE(is_refused(name)) << name;
    }
}

TEST(scratch_place, refuses_the_names_of_template_databases) {
    EXPECT_TRUE(is_refused("template0"));
    EXPECT_TRUE(is_refused("template1"));
    EXPECT_FALSE(is_refused("postgres"));
}

TEST(scratch_place, keeps_the_socket_inside_while_its_path_has_at_most_107_bytes) {
    const std::string longest = folder_for_socket_path_of(107);

    EXPECT_EQ(socket_folder(longest), longest + "/socket");
}

TEST(scratch_place, puts_the_socket_below_tmp_from_108_bytes_on) {
    const std::string found = socket_folder(folder_for_socket_path_of(108));

    EXPECT_EQ(found.find("/tmp/aether-migrate-" + std::to_string(geteuid()) + "-"), 0u) << found;
    EXPECT_LT(found.size(), 60u);
}

TEST(scratch_place, puts_the_socket_of_each_deep_folder_elsewhere) {
    const std::string deep = folder_for_socket_path_of(200);

    EXPECT_NE(socket_folder(deep), socket_folder(deep + "y"));
    EXPECT_EQ(socket_folder(deep), socket_folder(deep));
}

TEST(scratch_place, puts_the_socket_below_tmp_when_a_comma_would_split_the_host) {
    EXPECT_EQ(socket_folder("/state/a,b").find("/tmp/aether-migrate-"), 0u);
}

TEST(scratch_place, makes_urls_that_name_user_database_socket_folder_and_port) {
    EXPECT_EQ(url_of(place_of("/home/me/state", "demo")),
              "postgres://postgres@/demo?host=/home/me/state/demo/socket&port=5432");
}

TEST(scratch_place, encodes_what_a_url_cannot_hold) {
    EXPECT_EQ(url_of(place_of("/a b&c%d?e#f\xc3\xa9+", "n")),
              "postgres://postgres@/n?host=/a%20b%26c%25d%3Fe%23f%C3%A9%2B/n/socket&port=5432");
}

TEST(scratch_place, tags_equal_names_in_different_folders_differently_in_63_bytes) {
    const std::string name(40, 'n');

    const std::string tag = place_of("/one", name).tag;

    EXPECT_NE(tag, place_of("/two", name).tag);
    EXPECT_LE(tag.size(), 63u);
}

TEST(scratch_place, refuses_folders_that_postgresql_cannot_use) {
    EXPECT_THROW(place_of("/" + std::string(900, 'x'), "a"), Error);
}

TEST(scratch_place, refuses_a_relative_folder_in_the_environment) {
    setenv("AETHER_SCRATCH_DIR", "some/where", 1);

    EXPECT_THROW(base_folder(), Error);

    unsetenv("AETHER_SCRATCH_DIR");
}

TEST(scratch_place, follows_the_environment_to_the_state_folder) {
    setenv("AETHER_SCRATCH_DIR", "/nonexistent/chosen", 1);
    EXPECT_EQ(base_folder(), "/nonexistent/chosen");
    unsetenv("AETHER_SCRATCH_DIR");

    const std::string system = "/var/lib/aether-migrate/scratch";
    setenv("XDG_STATE_HOME", "/nonexistent/state", 1);
    EXPECT_EQ(base_folder(), geteuid() == 0 ? system : "/nonexistent/state/aether-migrate/scratch");

    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "/nonexistent/home", 1);
    EXPECT_EQ(base_folder(),
              geteuid() == 0 ? system : "/nonexistent/home/.local/state/aether-migrate/scratch");
    unsetenv("XDG_STATE_HOME");
}

}  // namespace
}  // namespace aether::migrate::postgres::scratch
