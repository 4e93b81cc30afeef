// SPDX-License-Identifier: MIT
// A private PostgreSQL server for tests of a busy database, and an empty database for each test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include <aether/migrate/url.hpp>

#include "../../drivers/postgres/parameters.hpp"
#include "../../drivers/postgres/scratch.hpp"
#include "../support/client.hpp"

namespace aether::migrate::postgres::testing_server {

/// Returns the URL of the server: made when the first test needs it, in the folder for servers that
/// fixture.cpp chooses for the whole run and empties at its end. Unlike the other one's its vacuums come
/// soon.
inline const std::string& server_url() {
    static const std::string kUrl = [] {
        {
            const Client client(scratch::url("busy"));
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
    ~PostgresTest() override { EXPECT_EQ(Client(server_url()).ask("DROP DATABASE " + database), ""); }

    void SetUp() override {
        static int number = 0;
        database = "t" + std::to_string(++number);
        EXPECT_EQ(Client(server_url()).ask("CREATE DATABASE " + database), "");
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
