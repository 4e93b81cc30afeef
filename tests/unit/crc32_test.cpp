// SPDX-License-Identifier: MIT
// CRC-32 against published values and against those that golang-migrate's lock ids are made of.
#include "../../src/base/crc32.hpp"

#include <cstdint>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

using std::string_view_literals::operator""sv;

// golang-migrate multiplies the sum by a fixed number and keeps 32 bits.
std::uint32_t lock_id(std::string_view key) {
    return crc32(key) * 1486364155U;
}

TEST(crc32, gives_the_published_check_value) {
    EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
}

TEST(crc32, of_nothing_is_zero) {
    EXPECT_EQ(crc32(""), 0U);
}

TEST(crc32, gives_what_a_running_golang_migrate_locks_with) {
    EXPECT_EQ(crc32("public\0schema_migrations\0/t"sv), 3851189040U);
    EXPECT_EQ(crc32("app\0mig\0/t"sv), 1116806711U);
    EXPECT_EQ(crc32("public\0schema_migrations\0/my db"sv), 792367982U);
    EXPECT_EQ(crc32("public\0m3\0t"sv), 1481835749U);
}

TEST(crc32, multiplied_it_gives_golang_migrates_lock_ids) {
    EXPECT_EQ(lock_id("public\0schema_migrations\0/t"sv), 2670802960U);
    EXPECT_EQ(lock_id("public\0schema_migrations\0t"sv), 3750149265U);
    EXPECT_EQ(lock_id("database_name"sv), 1764327054U);
    EXPECT_EQ(lock_id("schema_name_1\0schema_name_2\0database_name"sv), 3743845847U);
}

}  // namespace
}  // namespace aether::migrate
