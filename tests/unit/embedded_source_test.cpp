// SPDX-License-Identifier: MIT
// The source whose files are constants of the program.
#include "../../sources/embedded/embedded_source.hpp"

#include <gtest/gtest.h>
#include <array>
#include <string>
#include <string_view>

#include <aether/migrate/error.hpp>

namespace aether::migrate::sources {
namespace {

constexpr std::string_view kBody = "CREATE TABLE a (id int);";

// Not in the order of their names.
constexpr std::array<EmbeddedFile, 2> kFiles = {{
    {"1_a.up.sql", kBody.data(), kBody.data() + kBody.size()},
    {"1_a.down.sql", kBody.data(), kBody.data()},
}};

constexpr EmbeddedMigrations kShop = {kEmbeddedLayout, "shop", kFiles.data(), kFiles.size()};

Error refusal_of(std::string_view url) {
    try {
        (void)open_embedded_url(url);
    } catch (const Error& error) {
        return error;
    }
    return {ErrorCode::internal, "opened"};
}

TEST(embedded_source, lists_and_reads_its_files) {
    const auto source = open_embedded(kShop);

    EXPECT_EQ(source->describe(), "embedded://shop");
    EXPECT_EQ(source->list().size(), 2);
    EXPECT_EQ(source->read("1_a.up.sql", 0, 100), kBody);
    EXPECT_EQ(source->read("1_a.up.sql", 7, 5), "TABLE");
    EXPECT_EQ(source->read("1_a.up.sql", 100, 5), "");
    EXPECT_EQ(source->read("1_a.down.sql", 0, 100), "");
    EXPECT_EQ(source->path_of("1_a.up.sql"), "embedded://shop/1_a.up.sql");
}

TEST(embedded_source, a_file_that_is_not_there_is_an_error) {
    const auto source = open_embedded(kShop);

    EXPECT_THROW((void)source->read("2_b.up.sql", 0, 100), Error);
    EXPECT_THROW((void)source->read("1_a.up", 0, 100), Error);
}

TEST(embedded_source, another_layout_is_refused_before_it_is_read) {
    const EmbeddedMigrations other = {kEmbeddedLayout + 1, nullptr, nullptr, 7};

    EXPECT_THROW((void)open_embedded(other), Error);
}

TEST(embedded_source, a_name_that_is_not_embedded_is_named_with_the_remedy) {
    const Error refusal = refusal_of("embedded://nothing_here");

    EXPECT_EQ(refusal.code(), ErrorCode::source_unusable);
    EXPECT_STREQ(refusal.what(), "no migrations are embedded under the name nothing_here");
    EXPECT_NE(refusal.details().hint.find("aether_migrate_embedded_nothing_here"), std::string::npos);
}

TEST(embedded_source, what_is_no_name_is_refused) {
    for (const char* url :
         {"embedded://", "embedded:", "embedded://a-b", "embedded://a/b", "embedded://a?x=1"}) {
        EXPECT_EQ(refusal_of(url).code(), ErrorCode::invalid_url) << url;
    }
}

}  // namespace
}  // namespace aether::migrate::sources
