// SPDX-License-Identifier: MIT
// A private PostgreSQL server for tests of a busy database, an empty database for each test, and plain
// sessions.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <aether/migrate/url.hpp>

#include "../../drivers/postgres/parameters.hpp"
#include "../../drivers/postgres/scratch.hpp"

namespace aether::migrate::postgres::testing_server {

/// A session of a stranger, as any program that uses libpq has it.
class Stranger {
public:
    explicit Stranger(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {
        EXPECT_EQ(PQstatus(connection_.get()), CONNECTION_OK) << PQerrorMessage(connection_.get());
    }

    /// Returns the first value of the last result; empty when there is none, the error's text when it fails.
    std::string ask(const std::string& sql) const {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()),
                                                                   &PQclear);
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_TUPLES_OK)
            return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
        return status == PGRES_COMMAND_OK ? "" : PQresultErrorMessage(result.get());
    }

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

/// Returns the URL of the server: made when the first test needs it, in the folder for servers that
/// fixture.cpp chooses for the whole run and empties at its end. Unlike the other one's its vacuums come
/// soon.
inline const std::string& server_url() {
    static const std::string kUrl = [] {
        {
            const Stranger client(scratch::url("busy"));
            EXPECT_EQ(client.ask("ALTER SYSTEM SET max_prepared_transactions = 5"), "");
            EXPECT_EQ(client.ask("ALTER SYSTEM SET autovacuum_naptime = '1s'"), "");
            EXPECT_EQ(client.ask("ALTER SYSTEM SET autovacuum_max_workers = 10"), "");
            EXPECT_EQ(client.ask("ALTER SYSTEM SET fsync = off"), "");
        }
        scratch::stop("busy");
        return scratch::url("busy");
    }();
    return kUrl;
}

/// Each test has an empty database of its own.
class PostgresTest : public testing::Test {
protected:
    // By now the sessions of the derived test are closed. The launcher visits one database after the other:
    // those that are done with would keep it from the next test's.
    ~PostgresTest() override { EXPECT_EQ(Stranger(server_url()).ask("DROP DATABASE " + database), ""); }

    void SetUp() override {
        static int number = 0;
        database = "t" + std::to_string(++number);
        EXPECT_EQ(Stranger(server_url()).ask("CREATE DATABASE " + database), "");
    }

    /// Returns the URL of the test's database, with further parameters as "&lock_timeout=5s".
    std::string url(const std::string& parameters = "") const {
        std::string text = server_url();
        const auto path = text.find("/busy?");
        EXPECT_NE(path, std::string::npos) << text;
        text.replace(path + 1, 4, database);
        return text + parameters;
    }

    Parameters parameters(const std::string& more = "") const {
        return read_parameters(Url::parse(url(more)));
    }

    /// The same for a role.
    Parameters parameters_of(const std::string& role, const std::string& more = "") const {
        Parameters own = parameters(more);
        for (auto& [key, value] : own.keywords) {
            if (key == "user")
                value = role;
        }
        return own;
    }

    std::string database;
};

}  // namespace aether::migrate::postgres::testing_server
