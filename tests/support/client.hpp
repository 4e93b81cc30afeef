// SPDX-License-Identifier: MIT
// A client of a PostgreSQL server, as any program that uses libpq is one, and a bounded wait.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace aether::migrate::postgres {

/// A session that must open.
class Client {
public:
    explicit Client(const std::string& url) : connection_(PQconnectdb(url.c_str()), &PQfinish) {
        EXPECT_TRUE(is_open()) << error();
        PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
    }

    bool is_open() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
    std::string error() const { return PQerrorMessage(connection_.get()); }
    std::string pid() const { return std::to_string(PQbackendPID(connection_.get())); }

    /// Returns the first value of the last result, or the error's text; empty when there is neither.
    std::string ask(const std::string& sql) const {
        const Result result = execute(sql);
        if (PQresultStatus(result.get()) == PGRES_TUPLES_OK && PQntuples(result.get()) > 0)
            return PQgetvalue(result.get(), 0, 0);
        return error();
    }

    /// Runs a statement that must succeed.
    void run(const std::string& sql) const {
        const ExecStatusType status = PQresultStatus(execute(sql).get());
        EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) << sql << ": " << error();
    }

    /// Sends a statement and does not wait for its end.
    void send(const std::string& sql) const { EXPECT_EQ(PQsendQuery(connection_.get(), sql.c_str()), 1); }

private:
    using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

    Result execute(const std::string& sql) const {
        return {PQexec(connection_.get(), sql.c_str()), &PQclear};
    }

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

/// Waits until one session of the server waits for a lock.
inline bool has_one_waiter(const Client& observer) {
    return becomes_true(
        [&observer] { return observer.ask("SELECT count(*) FROM pg_locks WHERE NOT granted") == "1"; });
}

}  // namespace aether::migrate::postgres
