// SPDX-License-Identifier: MIT
// The source that holds its files in memory.
#include "../../src/source/memory.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

TEST(memory_source, lists_its_files) {
    MemorySource source(MemorySource::Files{{"1_a.up.sql", "select 1;"}, {"1_a.down.sql", ""}});

    const std::vector<spi::SourceFile> files = source.list();

    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].name, "1_a.down.sql");
    EXPECT_EQ(files[1].name, "1_a.up.sql");
    EXPECT_EQ(files[1].problem, "");
}

TEST(memory_source, reads_in_pieces) {
    MemorySource source(MemorySource::Files{{"f", "abcdef"}});

    EXPECT_EQ(source.read("f", 0, 4), "abcd");
    EXPECT_EQ(source.read("f", 4, 4), "ef");
    EXPECT_EQ(source.read("f", 6, 4), "");
    EXPECT_EQ(source.read("f", 100, 4), "");
}

TEST(memory_source, refuses_files_that_it_does_not_have) {
    MemorySource source(MemorySource::Files{});

    try {
        (void)source.read("f", 0, 1);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::source_unusable);
        EXPECT_STREQ(error.what(), "open f: file does not exist");
    }
}

TEST(memory_source, names_itself_and_its_files) {
    EXPECT_EQ(MemorySource(MemorySource::Files{}).describe(), "memory");
    EXPECT_EQ(MemorySource(MemorySource::Files{}, "embedded://aether").describe(), "embedded://aether");
    EXPECT_EQ(MemorySource(MemorySource::Files{}).path_of("f"), "f");
}

}  // namespace
}  // namespace aether::migrate
