// SPDX-License-Identifier: MIT
// The fault sweep can fail: it sees each of several broken protocols.
#include "broken_connection.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "../postgres/fixture.hpp"
#include "sweep_in_test.hpp"

namespace aether::migrate::crash {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class BrokenVariantsTest : public postgres::PostgresTest {
protected:
    template <typename Broken>
    std::vector<std::string> sweep(const Scenario& scenario, const std::string& until) const {
        return sweep_broken<Broken>(Ground(postgres_database(), url()), scenario, until);
    }

    // Another process applies everything in the middle of the first file's run.
    std::vector<std::string> take_over(Guard guard) const {
        // Files without locks: the other process need not wait for this one.
        Folder folder;
        for (Migration& migration : transactional_folder(postgres_database().words)) {
            const auto is_mark = [](const Statement& statement) {
                return statement.sql.starts_with("INSERT");
            };
            folder.push_back(
                {migration.version, {*std::find_if(migration.up.begin(), migration.up.end(), is_mark)}, {}});
        }
        const Scenario scenario = up_of(std::move(folder));
        const Ground ground(postgres_database(), url());
        SweepOptions options;
        FaultSweep healthy(ground, scenario, {});
        options.decorate = [&](spi::Connection& inner) {
            return std::make_unique<TakenOver>(inner, guard,
                                               [&healthy] { healthy.run_healthily(Target{UpTarget{}}); });
        };
        return FaultSweep(ground, scenario, options).run_decorated();
    }
};

TEST_F(BrokenVariantsTest, a_history_that_is_written_after_the_commit_is_caught) {
    const std::string seen = "but the history says";

    EXPECT_THAT(sweep<LateHistory>(up_of(transactional_folder(postgres_database().words)), seen),
                Contains(HasSubstr(seen)));
}

TEST_F(BrokenVariantsTest, a_forgotten_unlock_is_caught) {
    const std::string seen = "kept the lock";

    EXPECT_THAT(sweep<ForgottenUnlock>(up_of(transactional_folder(postgres_database().words)), seen),
                Contains(HasSubstr(seen)));
}

TEST_F(BrokenVariantsTest, a_journal_that_is_written_after_the_statement_is_caught) {
    const std::string seen = "is applied: CREATE INDEX";

    EXPECT_THAT(sweep<LateIntent>(up_of(small_folder(postgres_database().words)), seen),
                Contains(HasSubstr(seen)));
}

TEST_F(BrokenVariantsTest, a_version_row_that_moves_after_the_commit_is_caught) {
    const std::string seen = "is applied: CREATE TABLE";

    EXPECT_THAT(sweep<LateVersionRow>(up_of(transactional_folder(postgres_database().words)), seen),
                Contains(HasSubstr(seen)));
}

TEST_F(BrokenVariantsTest, a_write_that_does_not_ask_for_its_lock_is_caught) {
    EXPECT_THAT(take_over(Guard::is_left_out), Contains(HasSubstr("an event that can't be")));
}

TEST_F(BrokenVariantsTest, a_write_that_asks_for_its_lock_leaves_the_one_who_took_over_alone) {
    EXPECT_EQ(take_over(Guard::asks), std::vector<std::string>{});
}

}  // namespace
}  // namespace aether::migrate::crash
