// SPDX-License-Identifier: MIT
// One private PostgreSQL server for a test binary, an empty database for each test, and plain sessions.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

/// The server is made when the first test needs it and dropped after the last one.
class Server : public testing::Environment {
public:
    static const std::string& url() {
        static const std::string kUrl = make();
        return kUrl;
    }

    void TearDown() override {
        if (!folder().empty()) {
            scratch::drop("tests");
            std::filesystem::remove_all(folder());
        }
    }

private:
    static std::string& folder() {
        static std::string path;
        return path;
    }

    static std::string make() {
        std::string pattern = "/tmp/aether-postgres-XXXXXX";
        EXPECT_NE(mkdtemp(pattern.data()), nullptr);
        // The server's user must pass through it too.
        EXPECT_EQ(chmod(pattern.c_str(), 0755), 0);
        folder() = pattern;
        setenv("AETHER_SCRATCH_DIR", (pattern + "/scratch").c_str(), 1);
        scratch::url("tests");
        scratch::stop("tests");
        // For prepared transactions, for vacuums that come soon, and for quick new databases.
        std::ofstream(pattern + "/scratch/tests/data/postgresql.conf", std::ios::app)
            << "\nmax_prepared_transactions = 5\nautovacuum_naptime = 1s\nautovacuum_max_workers = 10\nfsync "
               "= off\n";
        return scratch::url("tests");
    }
};

/// The test program's main() knows nothing of it: it registers itself.
inline testing::Environment* const kServer = testing::AddGlobalTestEnvironment(new Server);

/// Each test has an empty database of its own.
class PostgresTest : public testing::Test {
protected:
    // By now the sessions of the derived test are closed. The launcher visits one database after the other:
    // those that are done with would keep it from the next test's.
    ~PostgresTest() override { EXPECT_EQ(Stranger(Server::url()).ask("DROP DATABASE " + database), ""); }

    void SetUp() override {
        static int number = 0;
        database = "t" + std::to_string(++number);
        EXPECT_EQ(Stranger(Server::url()).ask("CREATE DATABASE " + database), "");
    }

    /// Returns the URL of the test's database, with further parameters as "&lock_timeout=5s".
    std::string url(const std::string& parameters = "") const {
        std::string text = Server::url();
        const auto path = text.find("/tests?");
        EXPECT_NE(path, std::string::npos) << text;
        text.replace(path + 1, 5, database);
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
