// SPDX-License-Identifier: MIT
// Scripts that wait for an autovacuum: one that yields, and one that prevents a wraparound.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "../../drivers/postgres/watch.hpp"
#include "watch_fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using namespace std::chrono_literals;

/// Vacuums that run for minutes, in a database of its own each.
class WatchingVacuum : public testing_server::Watching {
protected:
    /// Makes a table that is vacuumed slowly, and waits until it is.
    void start_vacuum(const std::string& options, const std::string& change, const std::string& query) {
        EXPECT_EQ(holder->ask("CREATE TABLE slow (id int) WITH (autovacuum_vacuum_cost_delay = 100,"
                              " autovacuum_vacuum_cost_limit = 1, " +
                              options + ")"),
                  "");
        EXPECT_EQ(holder->ask("INSERT INTO slow SELECT generate_series(1, 100000)"), "");
        {
            // What a session changed is known to the launcher at the latest when it ends.
            const Client changer(url("&options=-c%20synchronous_commit%3Doff"));
            EXPECT_EQ(changer.ask(change), "");
        }
        EXPECT_TRUE(becomes_true([&] {
            return observer->ask(
                       "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                       " WHERE relation = 'slow'::regclass AND mode = 'ShareUpdateExclusiveLock'"
                       " AND a.query LIKE '" +
                       query + "'") == "1";
        })) << observer->ask("SELECT string_agg(query, '; ') FROM pg_stat_activity");
    }

    void start_vacuum() {
        start_vacuum(
            "autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0,"
            " autovacuum_analyze_threshold = 1000000000",
            "DELETE FROM slow", "autovacuum: VACUUM public.slow");
    }

    void start_wraparound_vacuum() {
        start_vacuum("autovacuum_freeze_max_age = 100000, autovacuum_enabled = false",
                     "DO $$BEGIN FOR i IN 1 .. 101000 LOOP PERFORM pg_catalog.txid_current(); COMMIT;"
                     " END LOOP; END$$",
                     "%slow (to prevent wraparound)");
    }

    /// Waits a moment for the table as a role that may not look into other sessions.
    spi::ScriptResult lock_as_somebody() {
        const std::string role = database + "_somebody";
        EXPECT_EQ(observer->ask("CREATE ROLE " + role + " LOGIN; GRANT ALL ON slow TO " + role), "");
        PostgresConnection somebody(parameters_of(role), {});
        somebody.prepare({}, {});
        somebody.batch(somebody.limit_locks(300ms, spi::Scope::session), {});
        const spi::ScriptResult result = somebody.execute("BEGIN; LOCK TABLE slow; COMMIT", {});
        EXPECT_EQ(observer->ask("DROP OWNED BY " + role + "; DROP ROLE " + role), "");
        return result;
    }

    static spi::Blocker only_one(const spi::ScriptResult& result) {
        if (!result.failure || result.failure->blockers.size() != 1) {
            ADD_FAILURE() << "not one blocker";
            return {};
        }
        return result.failure->blockers.front();
    }
};

TEST_F(WatchingVacuum, tells_an_autovacuum_that_a_longer_wait_moves_away) {
    start_vacuum();

    limit(300ms);
    const spi::ScriptResult shorter = connection->execute("ALTER TABLE slow ADD a int", {});
    limit(5s);
    const spi::ScriptResult longer = connection->execute("ALTER TABLE slow ADD a int", {});

    const spi::Blocker blocker = only_one(shorter);
    EXPECT_EQ(blocker.kind, spi::BlockerKind::autovacuum);
    EXPECT_EQ(blocker.client, "");
    EXPECT_EQ(blocker.query, "autovacuum: VACUUM public.slow");
    EXPECT_EQ(shorter.failure->hint,
              "a table-lock-timeout under deadlock_timeout (1 s) never moves an autovacuum away");
    EXPECT_FALSE(longer.failure) << longer.failure->message;
}

TEST_F(WatchingVacuum, tells_one_that_never_yields) {
    start_wraparound_vacuum();

    limit(2s);
    const spi::ScriptResult result = connection->execute("ALTER TABLE slow ADD a int", {});

    EXPECT_EQ(only_one(result).kind, spi::BlockerKind::wraparound_vacuum);
    EXPECT_EQ(result.failure->hint, "");
}

TEST_F(WatchingVacuum, tells_an_autovacuum_to_a_role_that_may_not_look) {
    start_vacuum();

    const spi::ScriptResult result = lock_as_somebody();

    EXPECT_EQ(only_one(result).kind, spi::BlockerKind::autovacuum);
}

TEST_F(WatchingVacuum, tells_one_that_never_yields_to_a_role_that_may_not_look) {
    start_wraparound_vacuum();

    const spi::ScriptResult result = lock_as_somebody();

    EXPECT_EQ(only_one(result).kind, spi::BlockerKind::wraparound_vacuum);
}

}  // namespace
}  // namespace aether::migrate::postgres
