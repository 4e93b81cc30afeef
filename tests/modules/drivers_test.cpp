// SPDX-License-Identifier: MIT
// The shared library with modules beside it, as a program sees it that uses the public headers alone.
#include <aether/migrate/drivers.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/migrate.hpp>

namespace aether::migrate {
namespace {

std::string open_with(const std::string& url) {
    Options options;
    options.path = "/";
    options.database = url;
    try {
        Migrator migrator(options);
    } catch (const Error& error) {
        return std::string(name_of(error.code())) + ": " + error.what();
    }
    return "opened";
}

TEST(drivers, catches_what_a_module_throws) {
    EXPECT_EQ(open_with("acme://somewhere"), "connection_failed: acme was asked for acme://somewhere");
}

TEST(drivers, opens_a_module_from_many_threads_at_once) {
    std::vector<std::string> answers(16);

    {
        std::vector<std::jthread> threads;
        for (std::string& answer : answers) {
            threads.emplace_back([&answer] { answer = open_with("acme://x"); });
        }
    }

    EXPECT_EQ(std::ranges::count(answers, "connection_failed: acme was asked for acme://x"), 16);
}

TEST(drivers, lists_a_strangers_module_with_what_it_says) {
    const std::vector<Driver> found = list_drivers();

    const auto acme = std::ranges::find(found, "acme", &Driver::name);
    ASSERT_NE(acme, found.end());
    EXPECT_EQ(acme->state, DriverState::module);
    EXPECT_EQ(acme->schemes, (std::vector<std::string>{"acme", "acme+tls"}));
    EXPECT_EQ(acme->client_library, "acmelib 1.2");
    EXPECT_TRUE(acme->file.ends_with("/made/acme.so")) << acme->file;
    EXPECT_EQ(acme->problem, "");
}

TEST(drivers, lists_by_name) {
    EXPECT_TRUE(std::ranges::is_sorted(list_drivers(), {}, &Driver::name));
}

TEST(drivers, knows_schemes_without_their_modules) {
    const std::vector<std::string> schemes = database_schemes();

    EXPECT_TRUE(std::ranges::binary_search(schemes, "postgres"));
    EXPECT_FALSE(std::ranges::binary_search(schemes, "acme"));
}

}  // namespace
}  // namespace aether::migrate
