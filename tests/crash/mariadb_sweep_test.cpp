// SPDX-License-Identifier: MIT
// The fault sweep on MariaDB: a session or a process that ends before or after any of its calls leaves a
// known state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include <aether/migrate/spi/connection.hpp>

#include "broken_connection.hpp"
#include "sweep_in_test.hpp"

namespace aether::migrate::crash {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// On the server that tests/support/with_mariadb started.
class MariaDbSweepTest : public testing::Test {
protected:
    void SetUp() override {
        const char* given = std::getenv("AETHER_TEST_MARIADB_URL");
        ASSERT_NE(given, nullptr) << "run it with: tests/support/with_mariadb -- COMMAND";
        const std::string server = given;
        const spi::Wait wait{{}, std::chrono::steady_clock::now() + std::chrono::seconds(60)};
        const spi::Opened opened = mariadb_database().driver->open(server, wait);
        opened.connection->query({"CREATE DATABASE IF NOT EXISTS sweep", {}}, wait);
        url_ = server.substr(0, server.rfind('/')) + "/sweep";
    }

    Ground ground() const { return {mariadb_database(), url_}; }

private:
    std::string url_;
};

TEST_F(MariaDbSweepTest, every_operation_leaves_a_known_state) {
    sweep_in_test(ground(), plain_scenarios(mariadb_database().words));
}

TEST_F(MariaDbSweepTest, a_resumed_run_can_be_cut_off_too) {
    sweep_in_test(ground(), resuming_scenarios(mariadb_database().words, {}));
}

TEST_F(MariaDbSweepTest, a_history_that_is_written_after_the_commit_is_caught) {
    const std::string seen = "but the history says";

    EXPECT_THAT(
        sweep_broken<LateHistory>(ground(), up_of(transactional_folder(mariadb_database().words)), seen),
        Contains(HasSubstr(seen)));
}

TEST_F(MariaDbSweepTest, a_forgotten_unlock_is_caught) {
    const std::string seen = "the lock";

    EXPECT_THAT(sweep_broken<ForgottenUnlock>(ground(), up_of(small_folder(mariadb_database().words)), seen),
                Contains(HasSubstr(seen)));
}

TEST_F(MariaDbSweepTest, a_journal_that_is_written_after_the_statement_is_caught) {
    const std::string seen = "is applied: CREATE";

    EXPECT_THAT(sweep_broken<LateIntent>(ground(), up_of(small_folder(mariadb_database().words)), seen),
                Contains(HasSubstr(seen)));
}

}  // namespace
}  // namespace aether::migrate::crash
