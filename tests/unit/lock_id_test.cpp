// SPDX-License-Identifier: MIT
// The lock ids are golang-migrate's, or two programs would migrate at once.
#include <aether/migrate/spi/lock_id.hpp>

#include <gtest/gtest.h>

namespace aether::migrate::spi {
namespace {

// golang-migrate's own test values (database/util_test.go), and ids seen in pg_locks.
TEST(LockId, is_that_of_golang_migrate) {
    EXPECT_EQ(lock_id({}, "database_name"), 1764327054U);
    EXPECT_EQ(lock_id({"schema_name_1"}, "database_name"), 2453313553U);
    EXPECT_EQ(lock_id({"schema_name_2"}, "database_name"), 235207038U);
    EXPECT_EQ(lock_id({"schema_name_1", "schema_name_2"}, "database_name"), 3743845847U);
}

TEST(LockId, differs_between_command_and_library) {
    EXPECT_EQ(lock_id({"public", "schema_migrations"}, "/t"), 2670802960U);
    EXPECT_EQ(lock_id({"public", "schema_migrations"}, "t"), 3750149265U);
}

TEST(LockId, takes_names_raw) {
    EXPECT_EQ(lock_id({"app", "mig"}, "/t"), 2371672813U);
    EXPECT_EQ(lock_id({"public", "schema_migrations"}, "/my db"), 1248985818U);
    EXPECT_EQ(lock_id({"public", "m3"}, "t"), 2699804039U);
}

TEST(LockId, of_the_lock_table_is_the_database_alone) {
    EXPECT_EQ(lock_id({}, "/t"), 4261106541U);
}

}  // namespace
}  // namespace aether::migrate::spi
