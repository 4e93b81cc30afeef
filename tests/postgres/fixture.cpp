// SPDX-License-Identifier: MIT
// One private server for a run of these tests, and a fresh database with the driver's connection for each.
#include "fixture.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "../../drivers/postgres/dialect.hpp"
#include "../../drivers/postgres/driver.hpp"
#include "../../drivers/postgres/scratch.hpp"
#include "../../src/sql/lexer.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::postgres {

namespace {

constexpr const char* kServer = "effects";

class Server : public testing::Environment {
public:
    void SetUp() override {
        const std::string& folder = folder_.emplace().path();
        if (geteuid() == 0) {
            setenv("AETHER_SCRATCH_DIR", (folder + "/scratch").c_str(), 1);
        } else {
            unsetenv("AETHER_SCRATCH_DIR");
            setenv("XDG_STATE_HOME", folder.c_str(), 1);
        }
        const Client client(scratch::url(kServer));
        client.run("ALTER SYSTEM SET max_prepared_transactions = 2");
        client.run("ALTER SYSTEM SET autovacuum = off");
        client.run("ALTER SYSTEM SET fsync = off");
        scratch::stop(kServer);
    }

    void TearDown() override {
        for (const scratch::Cluster& cluster : scratch::list())
            scratch::drop(cluster.name);
        folder_.reset();
    }

private:
    std::optional<Folder> folder_;
};

// GoogleTest owns it.
testing::Environment* const kEnvironment = testing::AddGlobalTestEnvironment(new Server);

std::string with(std::string url, const std::string& user, const std::string& database) {
    const std::string before = std::string("postgres@/") + kServer;
    return url.replace(url.find(before), before.size(), user + "@/" + database);
}

}  // namespace

void PostgresTest::SetUp() {
    static int number = 0;
    database = "test_" + std::to_string(++number);
    Client(scratch::url(kServer)).run("CREATE DATABASE " + database);
    other = std::make_unique<Client>(url());
    connection = connect();
}

void PostgresTest::TearDown() {
    connection.reset();
    other.reset();
    const Client client(scratch::url(kServer));
    EXPECT_TRUE(becomes_true([&] {
        client.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + database +
                   "'");
        return client.ask("DROP DATABASE " + database).empty();
    }));
    client.run("DROP ROLE IF EXISTS " + role());
}

std::string PostgresTest::url(const std::string& user) const {
    return with(scratch::url(kServer), user, database);
}

std::unique_ptr<spi::Connection> PostgresTest::connect(const std::string& user) const {
    return kDriver.open(url(user), limit()).connection;
}

void PostgresTest::restart_server() {
    scratch::stop(kServer);
    scratch::url(kServer);
}

void PostgresTest::run(const std::string& sql) const {
    const spi::ScriptResult result = connection->execute(sql, limit());
    EXPECT_FALSE(result.failure) << sql << ": " << (result.failure ? result.failure->message : "");
}

void PostgresTest::run_refused(const std::string& sql) const {
    EXPECT_TRUE(connection->execute(sql, limit()).failure) << sql;
}

spi::Finding PostgresTest::repair(const spi::Finding& finding, const std::string& note) const {
    EXPECT_EQ(finding.effect, spi::Effect::partial) << finding.facts;
    EXPECT_FALSE(finding.repair.empty());
    for (const std::string& statement : finding.repair)
        run(statement);
    return find(note);
}

void PostgresTest::run_and_kill(const std::string& sql, const std::string& holder,
                                const std::string& settings) const {
    const Client held_open(url());
    held_open.run(holder);
    const Client victim(url());
    if (!settings.empty())
        victim.run(settings);
    victim.send(sql);
    EXPECT_TRUE(becomes_true([&] {
        return other->ask("SELECT " + held_open.pid() + " = ANY (pg_blocking_pids(" + victim.pid() + "))") ==
               "t";
    })) << sql;
    other->run("SELECT pg_terminate_backend(" + victim.pid() + ")");
    EXPECT_TRUE(becomes_true([&] {
        return other->ask("SELECT count(*) FROM pg_stat_activity WHERE pid = " + victim.pid()) == "0";
    }));
}

spi::Intent PostgresTest::intent_of(spi::Connection& connection, const std::string& sql) {
    std::vector<std::string_view> tokens;
    sql::Token token = sql::next_token(sql, 0, dialect().lexical);
    while (token.kind != sql::TokenKind::end) {
        tokens.push_back(std::string_view(sql).substr(token.begin, token.end - token.begin));
        token = sql::next_token(sql, token.end, dialect().lexical);
    }
    return connection.note_intent({sql, tokens}, limit());
}

}  // namespace aether::migrate::postgres
