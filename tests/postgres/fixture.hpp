// SPDX-License-Identifier: MIT
// One private server for a run of these tests, and a fresh database with the driver's connection for each.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <aether/migrate/spi/connection.hpp>

namespace aether::migrate::spi {

/// For GoogleTest.
inline void PrintTo(Effect effect, std::ostream* out) {
    constexpr std::array<std::string_view, 5> kNames{"absent", "present", "partial", "running", "unknown"};
    *out << kNames.at(static_cast<std::size_t>(effect));
}

}  // namespace aether::migrate::spi

namespace aether::migrate::postgres {

/// Another client of the test's database.
class Client {
public:
    explicit Client(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {
        EXPECT_EQ(PQstatus(connection_.get()), CONNECTION_OK) << PQerrorMessage(connection_.get());
        PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    }

    /// Returns the first value of the result, or the error's text; empty when there is neither.
    std::string ask(const std::string& sql) const {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()),
                                                                   &PQclear);
        if (PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQntuples(result.get()) > 0)
            return PQgetvalue(result.get(), 0, 0);
        return PQresultErrorMessage(result.get());
    }

    /// Runs a statement that must succeed.
    void run(const std::string& sql) const {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()),
                                                                   &PQclear);
        const ExecStatusType status = PQresultStatus(result.get());
        EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
            << sql << ": " << PQresultErrorMessage(result.get());
    }

    /// Sends a statement and does not wait for its end.
    void send(const std::string& sql) const { EXPECT_EQ(PQsendQuery(connection_.get(), sql.c_str()), 1); }

    std::string pid() const { return std::to_string(PQbackendPID(connection_.get())); }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// Waits up to 20 seconds for something to become true.
inline bool becomes_true(const std::function<bool()>& check) {
    for (int tries = 0; tries < 2000; ++tries) {
        if (check())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

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
