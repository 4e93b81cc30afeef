// SPDX-License-Identifier: MIT
// Who stands in the way of a script that waits, as a second session sees it on a real server.
#include "../../drivers/postgres/watch.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "watch_fixture.hpp"

namespace aether::migrate::postgres {
namespace {

using namespace std::chrono_literals;
using testing_server::kOthers;
using testing_server::Watching;

using Clock = std::chrono::steady_clock;

TEST_F(Watching, names_the_session_that_holds_the_table) {
    holder->ask("BEGIN; LOCK TABLE t; SELECT   1 AS\n  one, 'password=abc' AS two");
    limit(400ms);

    const spi::ScriptResult result = connection->execute("ALTER TABLE t ADD a int", {});

    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "55P03");
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    const spi::Blocker& blocker = result.failure->blockers.front();
    EXPECT_EQ(blocker.kind, spi::BlockerKind::session);
    EXPECT_EQ(std::to_string(blocker.pid), holder->pid());
    EXPECT_EQ(blocker.user, "postgres");
    EXPECT_EQ(blocker.application, "the holder");
    EXPECT_EQ(blocker.client, "local");
    EXPECT_EQ(blocker.state, "idle in transaction");
    EXPECT_NE(blocker.query.find("SELECT 1 AS one"), std::string::npos) << blocker.query;
    EXPECT_EQ(blocker.query.find("abc"), std::string::npos) << blocker.query;
    EXPECT_EQ(blocker.age, "0s");
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told.front().size(), 1u);
    EXPECT_EQ(result.failure->hint, "");
}

TEST_F(Watching, does_not_look_while_nobody_waits_for_long) {
    const spi::ScriptResult result = connection->execute("SELECT pg_sleep(0.3)", {});

    EXPECT_FALSE(result.failure);
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(observer->ask(kOthers), "1");
}

TEST_F(Watching, says_nothing_of_a_script_that_is_only_slow) {
    limit(200ms);

    const spi::ScriptResult result = connection->execute("SELECT pg_sleep(0.5)", {});

    EXPECT_FALSE(result.failure);
    EXPECT_TRUE(told.empty());
}

TEST_F(Watching, leaves_nothing_open) {
    holder->ask("BEGIN; LOCK TABLE t");
    std::future<spi::ScriptResult> running = start("ALTER TABLE t ADD a int");
    EXPECT_TRUE(becomes_true([this] { return observer->ask(kOthers) == "2"; }));
    const std::string second =
        " FROM pg_stat_activity WHERE application_name = 'watched' AND query LIKE '%pg_blocking%'";

    EXPECT_TRUE(becomes_true([&] { return observer->ask("SELECT state" + second) == "idle"; }));
    EXPECT_EQ(observer->ask("SELECT coalesce(backend_xmin::text, backend_xid::text, 'none')" + second),
              "none");
    EXPECT_EQ(observer->ask("SELECT count(*) FROM pg_locks WHERE pid = (SELECT pid" + second + ")"), "0");
    holder->ask("COMMIT");

    EXPECT_FALSE(running.get().failure);
    EXPECT_TRUE(becomes_true([this] { return observer->ask(kOthers) == "1"; }));
    ASSERT_EQ(told.size(), 1u);
}

TEST_F(Watching, says_it_again_after_some_seconds) {
    holder->ask("BEGIN; LOCK TABLE t");
    limit(7s);

    const spi::ScriptResult result = connection->execute("ALTER TABLE t ADD a int", {});

    ASSERT_TRUE(result.failure);
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(result.failure->blockers.size(), 1u);
}

TEST_F(Watching, names_who_stands_before_us_in_the_queue) {
    holder->ask("BEGIN; SELECT FROM t");
    PostgresConnection queued(parameters("&application_name=queued"), {});
    std::stop_source stop;
    auto waiting = std::async(std::launch::async, [&queued, &stop] {
        try {
            queued.execute("ALTER TABLE t ADD b int", {stop.get_token(), std::nullopt});
        } catch (const Error&) {
        }
    });
    EXPECT_TRUE(has_one_waiter(*observer));
    limit(400ms);

    const spi::ScriptResult result = connection->execute("SELECT FROM t", {});

    stop.request_stop();
    waiting.get();
    ASSERT_TRUE(result.failure);
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    EXPECT_EQ(result.failure->blockers.front().application, "queued");
    EXPECT_EQ(result.failure->blockers.front().state, "active");
}

TEST_F(Watching, names_the_snapshot_that_a_concurrent_index_waits_for) {
    EXPECT_EQ(holder->ask("CREATE TABLE other (); "), "");
    holder->ask("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM other");
    limit(600ms);

    const spi::ScriptResult result = connection->execute("CREATE INDEX CONCURRENTLY t_id ON t (id)", {});

    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "55P03");
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    EXPECT_EQ(std::to_string(result.failure->blockers.front().pid), holder->pid());
}

TEST_F(Watching, names_the_other_side_of_a_deadlock) {
    EXPECT_EQ(holder->ask("CREATE TABLE u ()"), "");
    // The one who waits first looks for deadlocks first, and is the one that is told.
    holder->ask("SET deadlock_timeout = '1min'");
    holder->ask("BEGIN; LOCK TABLE u");
    std::future<spi::ScriptResult> running =
        start("BEGIN; LOCK TABLE t; SELECT pg_sleep(0.5); LOCK TABLE u; COMMIT");
    EXPECT_TRUE(becomes_true([this] {
        return observer->ask("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND granted") ==
               "1";
    }));
    std::string answer = holder->ask("LOCK TABLE t");

    const spi::ScriptResult result = running.get();
    holder->ask("ROLLBACK");
    connection->query({"ROLLBACK", {}}, {});

    EXPECT_EQ(answer, "");
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "40P01");
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    EXPECT_EQ(std::to_string(result.failure->blockers.front().pid), holder->pid());
}

TEST_F(Watching, names_nobody_when_the_failure_has_another_cause) {
    holder->ask("BEGIN; LOCK TABLE t");
    std::future<spi::ScriptResult> running = start("ALTER TABLE t ADD a int; SELECT 1/0");
    EXPECT_TRUE(becomes_true([this] { return observer->ask(kOthers) == "2"; }));
    holder->ask("COMMIT");

    const spi::ScriptResult result = running.get();

    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "22012");
    EXPECT_TRUE(result.failure->blockers.empty());
}

TEST_F(Watching, does_without_when_no_second_session_can_be_had) {
    EXPECT_EQ(holder->ask("CREATE ROLE lonely LOGIN CONNECTION LIMIT 1; GRANT ALL ON t TO lonely"), "");
    PostgresConnection alone(parameters_of("lonely", "&application_name=watched"), {});
    alone.prepare({}, {});
    alone.batch(alone.limit_locks(500ms, spi::Scope::session), {});
    holder->ask("BEGIN; LOCK TABLE t");

    const Clock::time_point start = Clock::now();
    const spi::ScriptResult result = alone.execute("SELECT FROM t", {});

    EXPECT_LT(Clock::now() - start, 3s);
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->sqlstate, "55P03");
    EXPECT_TRUE(result.failure->blockers.empty());
}

TEST_F(Watching, a_role_that_sees_little_is_told_the_process) {
    EXPECT_EQ(holder->ask("CREATE ROLE modest LOGIN; GRANT ALL ON t TO modest"), "");
    PostgresConnection modest(parameters_of("modest"), {});
    modest.prepare({}, {});
    modest.batch(modest.limit_locks(400ms, spi::Scope::session), {});
    holder->ask("BEGIN; LOCK TABLE t");

    const spi::ScriptResult result = modest.execute("SELECT FROM t", {});

    ASSERT_TRUE(result.failure);
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    EXPECT_EQ(result.failure->blockers.front().kind, spi::BlockerKind::session);
    EXPECT_EQ(std::to_string(result.failure->blockers.front().pid), holder->pid());
    EXPECT_EQ(result.failure->blockers.front().user, "postgres");
    EXPECT_EQ(result.failure->blockers.front().client, "");
}

TEST_F(Watching, names_a_prepared_transaction) {
    EXPECT_EQ(holder->ask("CREATE TABLE free ()"), "");
    holder->ask("BEGIN; LOCK TABLE free; PREPARE TRANSACTION 'elsewhere'");
    holder->ask("BEGIN; LOCK TABLE t IN ROW SHARE MODE; PREPARE TRANSACTION 'harmless'");
    holder->ask("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'half a payment'");
    limit(400ms);

    const spi::ScriptResult result = connection->execute("CREATE INDEX ON t (id)", {});

    observer->ask("ROLLBACK PREPARED 'elsewhere'");
    observer->ask("ROLLBACK PREPARED 'harmless'");
    observer->ask("ROLLBACK PREPARED 'half a payment'");
    ASSERT_TRUE(result.failure);
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    const spi::Blocker& blocker = result.failure->blockers.front();
    EXPECT_EQ(blocker.kind, spi::BlockerKind::prepared_transaction);
    EXPECT_EQ(blocker.pid, 0);
    EXPECT_EQ(blocker.query, "half a payment");
    EXPECT_EQ(blocker.user, "postgres");
    EXPECT_EQ(blocker.age, "0s");
}

TEST_F(Watching, names_the_prepared_transaction_whose_row_is_wanted) {
    EXPECT_EQ(holder->ask("INSERT INTO t VALUES (1)"), "");
    holder->ask("BEGIN; UPDATE t SET id = 2; PREPARE TRANSACTION 'a row'");
    limit(400ms);

    const spi::ScriptResult result = connection->execute("UPDATE t SET id = 3", {});

    observer->ask("ROLLBACK PREPARED 'a row'");
    ASSERT_TRUE(result.failure);
    ASSERT_EQ(result.failure->blockers.size(), 1u);
    EXPECT_EQ(result.failure->blockers.front().query, "a row");
}

TEST_F(Watching, ends_at_once_when_it_is_stopped) {
    holder->ask("BEGIN; LOCK TABLE t");
    std::stop_source stop;
    auto running = std::async(std::launch::async, [this, &stop] {
        try {
            connection->execute("ALTER TABLE t ADD a int", {stop.get_token(), std::nullopt});
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::internal;
    });
    EXPECT_TRUE(becomes_true([this] { return observer->ask(kOthers) == "2"; }));

    const Clock::time_point start = Clock::now();
    stop.request_stop();

    EXPECT_EQ(running.get(), ErrorCode::cancelled);
    EXPECT_LT(Clock::now() - start, 2s);
    EXPECT_TRUE(becomes_true([this] { return observer->ask(kOthers) == "1"; }));
}

TEST_F(Watching, keeps_what_the_listener_throws_until_the_script_is_over) {
    connection->on_blocked([](const std::vector<spi::Blocker>&) { throw std::runtime_error("full"); });
    holder->ask("BEGIN; LOCK TABLE t");
    limit(400ms);

    EXPECT_THROW(connection->execute("ALTER TABLE t ADD a int", {}), std::runtime_error);

    EXPECT_EQ(connection->query({"SELECT 7", {}}, {}).rows.at(0).at(0), "7");
}

}  // namespace
}  // namespace aether::migrate::postgres
