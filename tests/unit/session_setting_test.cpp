// SPDX-License-Identifier: MIT
// Files with settings of the session that no transaction takes: what is asked of the database, and what
// counts as applied.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/sqlite/dialect.hpp"
#include "../../src/run/preflight.hpp"
#include "../../src/run/runner.hpp"
#include "../../src/source/memory.hpp"
#include "../support/fake_clock.hpp"
#include "../support/fake_connection.hpp"

namespace aether::migrate::run {
namespace {

using Log = std::vector<std::string>;

const std::string kOff = "PRAGMA foreign_keys = OFF;";
const std::string kOn = "PRAGMA foreign_keys = ON;";
const std::string kBody = "DROP TABLE a;";

class Listener final : public Observer {
public:
    Log warnings;

private:
    void on_warning(std::string_view text) override { warnings.emplace_back(text); }
};

class SessionSettingTest : public ::testing::Test {
protected:
    SessionSettingTest() {
        connection_.look_result.facts.schema = "main";
        connection_.look_result.version_table = connection_.look_result.history_table = true;
    }

    // Returns what was asked between the lock and its end.
    Log up(const std::string& text) {
        MemorySource source(std::map<std::string, std::string>{{"1_a.up.sql", text}});
        const Catalog catalog = make_catalog(source.list(), source.describe());
        const RunContext context{connection_, source,       catalog, settings_, start_, clock_,
                                 listener_,   std::nullopt, {},      {},        {}};
        try {
            run_to(context, UpTarget{});
        } catch (const Error& error) {
            failure_ = error.details();
        }
        return {connection_.log.begin() + 3, connection_.log.end() - 1};
    }

    void refuse(const std::string& text) {
        connection_.fails = [text](std::string_view sent) -> std::optional<spi::ScriptFailure> {
            if (sent != text)
                return std::nullopt;
            spi::ScriptFailure failure;
            failure.message = "refused";
            return failure;
        };
    }

    testing::FakeConnection connection_{sqlite::dialect()};
    spi::Settings settings_;
    SessionStart start_{
        {std::nullopt, "schema_migrations", "schema_migrations_history", "schema_migrations_journal"},
        std::nullopt};
    testing::FakeClock clock_;
    Listener listener_;
    ErrorDetails failure_;
};

TEST_F(SessionSettingTest, runs_around_one_transaction_that_ends_the_step) {
    EXPECT_EQ(up(kOff + kBody + kOn), (Log{"script " + kOff, "BEGIN", "script " + kBody, "DELETE", "INSERT",
                                           "INSERT", "COMMIT", "script " + kOn}));
    EXPECT_EQ(failure_.message, "");
}

TEST_F(SessionSettingTest, runs_around_the_files_own_block) {
    EXPECT_EQ(up(kOff + "BEGIN;" + kBody + "COMMIT;" + kOn),
              (Log{"script " + kOff, "BEGIN", "script " + kBody, "DELETE", "INSERT", "INSERT", "COMMIT",
                   "script " + kOn}));
}

TEST_F(SessionSettingTest, leaves_the_version_clean_when_the_transaction_fails) {
    refuse(kBody);

    EXPECT_EQ(up(kOff + kBody + kOn), (Log{"script " + kOff, "BEGIN", "script " + kBody, "ROLLBACK"}));
    EXPECT_EQ(failure_.code, ErrorCode::migration_failed);
    EXPECT_EQ(failure_.state, "the database is at no version, clean: nothing of this file was applied");
}

TEST_F(SessionSettingTest, leaves_the_version_clean_when_it_is_refused_itself) {
    refuse(kOff);

    EXPECT_EQ(up(kOff + kBody), (Log{"script " + kOff}));
    EXPECT_EQ(failure_.state, "the database is at no version, clean: nothing of this file was applied");
}

TEST_F(SessionSettingTest, that_fails_behind_the_last_transaction_is_a_warning) {
    refuse(kOn);

    up(kOff + kBody + kOn);

    EXPECT_EQ(failure_.message, "");
    ASSERT_EQ(listener_.warnings.size(), 1U);
    EXPECT_NE(listener_.warnings.front().find("the migration is applied, but: "), std::string::npos);
}

TEST_F(SessionSettingTest, alone_makes_a_step_of_one_write) {
    EXPECT_EQ(up(kOn), (Log{"script " + kOn, "BEGIN", "DELETE", "INSERT", "INSERT", "COMMIT"}));
}

TEST_F(SessionSettingTest, between_transactions_is_told_to_the_journal_with_the_next_one) {
    const std::string other = "DROP TABLE b;";

    const Log log = up(kBody + kOff + other);

    EXPECT_EQ(log, (Log{"BEGIN", "script " + kBody, "DELETE", "INSERT", "CREATE", "DELETE", "INSERT",
                        "COMMIT", "script " + kOff, "BEGIN", "script " + other, "DELETE", "UPDATE", "DELETE",
                        "INSERT", "COMMIT"}));
}

TEST(SessionSettingFacts, know_what_comes_before_nothing_but_settings) {
    const auto lasting = [](const std::string& text) {
        MemorySource source({{"1_a.up.sql", text}});
        return check_script(source, "1_a.up.sql", sqlite::dialect(), {}).lasting;
    };

    EXPECT_EQ(lasting(kOff + kBody + kBody + kOn + kOff), 3U);
    EXPECT_EQ(lasting(kBody), 1U);
    EXPECT_EQ(lasting(kOn), 0U);
}

}  // namespace
}  // namespace aether::migrate::run
