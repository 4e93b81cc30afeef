// SPDX-License-Identifier: MIT
// One private server for a run of these tests, and a fresh database with the driver's connection for each.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

#include "../support/client.hpp"

namespace aether::migrate::spi {

/// For GoogleTest.
inline void PrintTo(Effect effect, std::ostream* out) {
    constexpr std::array<std::string_view, 5> kNames{"absent", "present", "partial", "running", "unknown"};
    *out << kNames.at(static_cast<std::size_t>(effect));
}

}  // namespace aether::migrate::spi

namespace aether::migrate::postgres {

/// A test with a database of its own, `connection` by the driver to it, and `other`, a client as superuser.
class PostgresTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    /// Returns the name of the role that the test may make; it is dropped at the test's end.
    std::string role() const { return database + "_role"; }
    /// Returns the URL of the test's database for a user.
    std::string url(const std::string& user = "postgres") const;
    std::unique_ptr<spi::Connection> connect(const std::string& user = "postgres") const;
    /// Stops the server and starts it again. All sessions are lost.
    static void restart_server();
    /// Returns 150004 for 15.4.
    int server_version() const { return std::stoi(other->ask("SHOW server_version_num")); }

    /// Runs SQL by the driver, which must succeed.
    void run(const std::string& sql) const;
    /// Runs SQL by the driver, which the server must refuse.
    void run_refused(const std::string& sql) const;
    spi::Intent intent(const std::string& sql) const { return intent_of(*connection, sql); }
    std::string note(const std::string& sql) const { return intent(sql).note; }
    spi::Finding find(const std::string& note, spi::Ending ending = spi::Ending::lost) const {
        return connection->find_effect(note, ending, limit());
    }
    /// Has the statement's repair done and looks again.
    spi::Finding repair(const spi::Finding& finding, const std::string& note) const;
    /// Has another session run a statement until `holder`'s open transaction holds it up, and ends the
    /// session.
    void run_and_kill(const std::string& sql, const std::string& holder,
                      const std::string& settings = "") const;

    static spi::Intent intent_of(spi::Connection& connection, const std::string& sql);
    static spi::Wait limit() { return {{}, std::chrono::steady_clock::now() + std::chrono::seconds(60)}; }

    std::string database;
    std::unique_ptr<spi::Connection> connection;
    std::unique_ptr<Client> other;
};

}  // namespace aether::migrate::postgres
