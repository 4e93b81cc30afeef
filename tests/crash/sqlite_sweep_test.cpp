// SPDX-License-Identifier: MIT
// The fault sweep on SQLite: a process that ends before or after any of its calls leaves a known state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "../support/folder.hpp"
#include "broken_connection.hpp"
#include "sweep_in_test.hpp"

namespace aether::migrate::crash {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class SqliteSweepTest : public testing::Test {
protected:
    // What a process has written outlives it without being flushed to the disk.
    Ground ground() const {
        return {sqlite_database(), "sqlite://" + folder_.path() + "/sweep.db?_synchronous=OFF"};
    }

private:
    migrate::Folder folder_;
};

TEST_F(SqliteSweepTest, every_operation_leaves_a_known_state) {
    sweep_in_test(ground(), plain_scenarios(sqlite_database().words));
}

TEST_F(SqliteSweepTest, a_resumed_run_can_be_cut_off_too) {
    sweep_in_test(ground(), resuming_scenarios(sqlite_database().words, {}));
}

TEST_F(SqliteSweepTest, a_history_that_is_written_after_the_commit_is_caught) {
    const std::string seen = "but the history says";

    EXPECT_THAT(
        sweep_broken<LateHistory>(ground(), up_of(transactional_folder(sqlite_database().words)), seen),
        Contains(HasSubstr(seen)));
}

TEST_F(SqliteSweepTest, a_forgotten_unlock_is_caught) {
    const std::string seen = "the lock";

    EXPECT_THAT(sweep_broken<ForgottenUnlock>(ground(), up_of(small_folder(sqlite_database().words)), seen),
                Contains(HasSubstr(seen)));
}

}  // namespace
}  // namespace aether::migrate::crash
