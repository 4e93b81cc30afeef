// SPDX-License-Identifier: MIT
// PostgreSQL as a subject of the conformance kit: a private server, and a fresh database for each check.
#include "postgres_subject.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "../../drivers/postgres/driver.hpp"
#include "../../drivers/postgres/scratch.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::conformance {

namespace {

constexpr const char* kServer = "conformance";

// Of the server, as long as there is one.
std::optional<Folder>& folder() {
    static std::optional<Folder> made;
    return made;
}

// Returns the error's text; empty when there is none.
std::string try_as_superuser(const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
        PQconnectdb(postgres::scratch::url(kServer).c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                               &PQclear);
    return PQresultErrorMessage(result.get());
}

void as_superuser(const std::string& sql) {
    if (const std::string problem = try_as_superuser(sql); !problem.empty())
        throw std::runtime_error(sql + ": " + problem);
}

std::string url_of(const std::string& user, const std::string& database) {
    std::string url = postgres::scratch::url(kServer);
    const std::string before = std::string("postgres@/") + kServer;
    return url.replace(url.find(before), before.size(), user + "@/" + database);
}

// The server's sessions end a moment after their clients.
void drop_database(const std::string& name) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (true) {
        try_as_superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name +
                         "'");
        const std::string problem = try_as_superuser("DROP DATABASE IF EXISTS " + name);
        if (problem.empty())
            return;
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error(problem);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

// Strings, quotes, comments and bodies with semicolons in them.
constexpr const char* kHardScript = R"sql(
CREATE TABLE kit_hard (a text); -- one; two
/* a; /* nested; */ still; */ INSERT INTO kit_hard VALUES ('it''s; one'), (E'it\'s; two'), ($$three;$$);
INSERT INTO kit_hard VALUES ($tag$ $$;$$ $other$; $tag$), (U&'\00e4;'), ('a'
    ';b');
CREATE TABLE "semi;colon "" quoted" ("a;b" int);
CREATE FUNCTION kit_dollar() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END; $body$;
DO $$ BEGIN PERFORM 1; PERFORM 2; END $$;
CREATE VIEW kit_case AS SELECT CASE WHEN a = ';' THEN 1 ELSE 2 END AS "end" FROM kit_hard;
SELECT 1 AS begin, 2 AS "begin;";;
SELECT 'the end'
)sql";

constexpr const char* kIndexed = "INSERT INTO kit_rows VALUES (10, 'a'), (11, 'b')";

std::vector<StatementSample> samples() {
    return {
        {"insert", "", "INSERT INTO kit_rows (id, note) VALUES (20, 'x')"},
        {"create_table", "", "CREATE TABLE kit_sample (id int)"},
        {"create_index", "", "CREATE INDEX kit_sample ON kit_rows (note)"},
        {"create_index_concurrently", kIndexed, "CREATE INDEX CONCURRENTLY kit_sample ON kit_rows (note)"},
        {"drop_index_concurrently", "CREATE INDEX kit_sample ON kit_rows (note)",
         "DROP INDEX CONCURRENTLY kit_sample"},
        {"reindex", "", "REINDEX TABLE kit_rows"},
        {"reindex_concurrently", "", "REINDEX TABLE CONCURRENTLY kit_rows"},
        {"vacuum", "", "VACUUM kit_rows"},
        {"analyze", "", "ANALYZE kit_rows"},
        {"cluster_of_one", "CREATE INDEX kit_sample ON kit_rows (note)", "CLUSTER kit_rows USING kit_sample"},
        {"cluster_of_all", "", "CLUSTER"},
        {"alter_type_add_value", "CREATE TYPE kit_type AS ENUM ('a')", "ALTER TYPE kit_type ADD VALUE 'b'"},
        {"detach_partition_concurrently",
         "CREATE TABLE kit_parts (id int) PARTITION BY RANGE (id); "
         "CREATE TABLE kit_part PARTITION OF kit_parts FOR VALUES FROM (1) TO (2)",
         "ALTER TABLE kit_parts DETACH PARTITION kit_part CONCURRENTLY"},
        {"set", "", "SET work_mem = '8MB'"},
        {"set_local", "", "SET LOCAL work_mem = '8MB'"},
        {"reset", "", "RESET work_mem"},
        {"discard_all", "", "DISCARD ALL"},
        {"begin", "", "BEGIN ISOLATION LEVEL SERIALIZABLE"},
        {"commit", "", "COMMIT"},
        {"end", "", "END WORK"},
        {"rollback", "", "ROLLBACK"},
        {"commit_and_chain", "", "COMMIT AND CHAIN"},
        {"copy_from_stdin", "", "COPY kit_rows FROM STDIN"},
        {"copy_to_stdout", "", "COPY kit_rows TO STDOUT"},
    };
}

Database make_database() {
    static int number = 0;
    const std::string name = "kit_" + std::to_string(++number);
    as_superuser("CREATE DATABASE " + name);
    return {url_of("postgres", name), url_of("postgres", name) + "&default_transaction_read_only=on",
            url_of("kit_stranger", name)};
}

std::string database_of(const Database& database) {
    const std::size_t begin = database.url.find("@/") + 2;
    return database.url.substr(begin, database.url.find('?') - begin);
}

}  // namespace

void start_postgres() {
    const std::string& path = folder().emplace().path();
    if (geteuid() == 0) {
        setenv("AETHER_SCRATCH_DIR", (path + "/scratch").c_str(), 1);
    } else {
        unsetenv("AETHER_SCRATCH_DIR");
        setenv("XDG_STATE_HOME", path.c_str(), 1);
    }
    as_superuser("ALTER SYSTEM SET fsync = off");
    as_superuser("CREATE ROLE kit_stranger LOGIN");
}

void remove_postgres() {
    for (const scratch::Cluster& cluster : postgres::scratch::list())
        postgres::scratch::drop(cluster.name);
    folder().reset();
}

Subject postgres_subject() {
    Subject subject;
    subject.driver = &postgres::kDriver;
    subject.make_database = [](std::string_view) { return make_database(); };
    subject.remove_database = [](const Database& database) { drop_database(database_of(database)); };
    subject.end_sessions = [](const Database& database) {
        as_superuser("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                     database_of(database) + "'");
    };
    subject.silent_url = [](std::uint16_t port) {
        return "postgres://kit@127.0.0.1:" + std::to_string(port) + "/kit?sslmode=disable";
    };
    subject.slow = "SELECT pg_sleep(300)";
    subject.hard_script = kHardScript;
    subject.objects = {"CREATE SEQUENCE kit_sequence",
                       "CREATE TYPE kit_type AS ENUM ('a')",
                       "CREATE DOMAIN kit_domain AS int",
                       "CREATE MATERIALIZED VIEW kit_matview AS SELECT id FROM kit_b_child",
                       "CREATE FUNCTION kit_function() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                       "CREATE PROCEDURE kit_procedure() LANGUAGE sql AS 'SELECT 1'",
                       "ALTER TABLE kit_a_parent ADD FOREIGN KEY (id) REFERENCES kit_b_child (id)"};
    subject.statements = samples();
    return subject;
}

}  // namespace aether::migrate::conformance
