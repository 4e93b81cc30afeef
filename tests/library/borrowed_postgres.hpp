// SPDX-License-Identifier: MIT
// A PostgreSQL connection of a caller's for each test, and all that its session has of its own.
#pragma once

#include <aether/migrate/postgres_connection.hpp>

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "../support/client.hpp"
#include "borrowed.hpp"

namespace aether::migrate::borrowed {

using Handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// On the server that tests/support/with_postgres started. `other` is a second session with the test's
/// database.
class BorrowedPostgresTest : public testing::Test {
protected:
    void SetUp() override {
        static int number = 0;
        database = "borrowed_" + std::to_string(++number);
        const char* const given = std::getenv("AETHER_TEST_POSTGRES_URL");
        ASSERT_NE(given, nullptr) << "run it with: tests/support/with_postgres 15 -- COMMAND";
        server = given;
        postgres::Client(server).run("CREATE DATABASE " + database);
        other = std::make_unique<postgres::Client>(url());
        handle.reset(PQconnectdb(url().c_str()));
        ASSERT_EQ(PQstatus(handle.get()), CONNECTION_OK) << PQerrorMessage(handle.get());
        migrations.add("1_users", "CREATE TABLE users (id int);", "DROP TABLE users;");
        migrations.add("2_rows", "INSERT INTO users VALUES (1);", "DELETE FROM users;");
    }

    std::string url() const {
        std::string text = server;
        const std::string name = "/postgres";
        return text.replace(text.rfind(name), name.size(), "/" + database);
    }

    /// Returns all values of the rows, one line a row, or the error.
    std::string ask(const std::string& sql) const {
        const Result result(PQexec(handle.get(), sql.c_str()), &PQclear);
        if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR)
            return PQerrorMessage(handle.get());
        std::string text;
        for (int row = 0; row < PQntuples(result.get()); ++row) {
            for (int column = 0; column < PQnfields(result.get()); ++column)
                text.append(column == 0 ? "" : " ").append(PQgetvalue(result.get(), row, column));
            text += row + 1 < PQntuples(result.get()) ? "\n" : "";
        }
        return text;
    }

    /// Returns all that a session has of its own.
    std::string session_state() const {
        return ask("SELECT name, setting FROM pg_settings ORDER BY 1") + "\n" +
               ask("SELECT session_user, current_user, current_setting('role')") + "\n" +
               ask("SELECT name FROM pg_prepared_statements") + "\n" +
               ask("SELECT locktype, objid FROM pg_locks WHERE pid = pg_backend_pid() "
                   "AND locktype = 'advisory'") +
               "\n" + ask("SELECT relname FROM pg_class WHERE relpersistence = 't'") + "\n" +
               std::to_string(PQisnonblocking(handle.get())) +
               std::to_string(PQpipelineStatus(handle.get())) +
               std::to_string(PQtransactionStatus(handle.get()));
    }

    Options borrowed(std::string_view parameters = {}) const {
        return migrations.options(on_connection(handle.get(), parameters));
    }

    std::string server;
    std::string database;
    std::unique_ptr<postgres::Client> other;
    Handle handle{nullptr, &PQfinish};
    Migrations migrations;
};

}  // namespace aether::migrate::borrowed
