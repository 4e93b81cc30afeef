// SPDX-License-Identifier: MIT
// A session whose scripts are watched, a stranger who stands in its way and one who looks on.
#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/spi/connection.hpp>

#include "../../drivers/postgres/connection.hpp"
#include "server.hpp"

namespace aether::migrate::postgres::testing_server {

/// Asks how many sessions the watched program has.
inline constexpr const char* kOthers =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'watched'";

class Watching : public testing_server::PostgresTest {
protected:
    void SetUp() override {
        PostgresTest::SetUp();
        observer.emplace(url("&application_name=the%20observer"));
        holder.emplace(url("&application_name=the%20holder"));
        EXPECT_EQ(holder->ask("CREATE TABLE t (id int)"), "");
        connection.emplace(parameters("&application_name=watched"), spi::Wait{});
        connection->prepare({}, {});
        connection->on_blocked(
            [this](const std::vector<spi::Blocker>& blockers) { told.push_back(blockers); });
    }

    void limit(std::chrono::milliseconds lock) {
        connection->batch(connection->limit_locks(lock, spi::Scope::session), {});
    }

    /// Lets a text run beside the test.
    std::future<spi::ScriptResult> start(std::string text) {
        return std::async(std::launch::async,
                          [this, text = std::move(text)] { return connection->execute(text, {}); });
    }

    std::optional<Client> holder;
    std::optional<Client> observer;  ///< Never in a transaction, where it would see what it saw before.
    std::optional<PostgresConnection> connection;
    std::vector<std::vector<spi::Blocker>> told;
};

}  // namespace aether::migrate::postgres::testing_server
