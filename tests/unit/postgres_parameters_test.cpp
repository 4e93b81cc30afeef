// SPDX-License-Identifier: MIT
// From a database URL to libpq's keywords.
#include "../../drivers/postgres/parameters.hpp"

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

namespace aether::migrate::postgres {
namespace {

// libpq reads these too; a developer's own settings must not decide a test.
class PostgresParameters : public testing::Test {
protected:
    void SetUp() override {
        unsetenv("PGHOST");
        unsetenv("PGSSLMODE");
        unsetenv("PGOPTIONS");
        unsetenv("PGSERVICE");
    }
};

std::map<std::string, std::string> keywords_of(const std::string& url) {
    const Parameters parameters = read_parameters(Url::parse(url));
    return {parameters.keywords.begin(), parameters.keywords.end()};
}

std::string refusal_of(const std::string& url) {
    try {
        keywords_of(url);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

TEST_F(PostgresParameters, take_the_parts_of_the_url_decoded) {
    const auto keywords = keywords_of("postgres://bob:p%40ss@db.example:5544/my%20db");

    EXPECT_EQ(keywords.at("user"), "bob");
    EXPECT_EQ(keywords.at("password"), "p@ss");
    EXPECT_EQ(keywords.at("host"), "db.example");
    EXPECT_EQ(keywords.at("port"), "5544");
    EXPECT_EQ(keywords.at("dbname"), "my db");
}

TEST_F(PostgresParameters, demand_tls_as_the_scheme_does) {
    EXPECT_EQ(keywords_of("postgres://h/d").at("sslmode"), "require");
    EXPECT_EQ(keywords_of("postgresql://h/d").at("sslmode"), "require");
    EXPECT_EQ(keywords_of("pgx://h/d").at("sslmode"), "prefer");
    EXPECT_EQ(keywords_of("pgx5://h/d").at("sslmode"), "prefer");
    EXPECT_EQ(keywords_of("postgres://h/d?sslmode=disable").at("sslmode"), "disable");
}

TEST_F(PostgresParameters, refuse_modes_that_lib_pq_does_not_have) {
    EXPECT_EQ(
        refusal_of("postgres://h/d?sslmode=prefer"),
        "pq: unsupported sslmode \"prefer\"; only \"require\" (default), \"verify-full\", \"verify-ca\", and "
        "\"disable\" supported");
    EXPECT_EQ(refusal_of("pgx5://h/d?sslmode=prefer"), "accepted");
}

TEST_F(PostgresParameters, send_unknown_keys_to_the_server) {
    const auto keywords = keywords_of("postgres://h/d?search_path=a%5C%20b&statement_timeout=500");

    EXPECT_EQ(keywords.at("options"), "-c search_path=a\\\\\\ b -c statement_timeout=500");
}

TEST_F(PostgresParameters, join_options_of_the_url_with_unknown_keys) {
    EXPECT_EQ(keywords_of("postgres://h/d?options=-c%20jit%3Doff&work_mem=4MB").at("options"),
              "-c jit=off -c work_mem=4MB");
}

TEST_F(PostgresParameters, let_a_parameter_of_its_own_win_over_options_in_any_order) {
    EXPECT_EQ(keywords_of("postgres://h/d?work_mem=4MB&options=-c%20work_mem%3D1MB").at("options"),
              "-c work_mem=1MB -c work_mem=4MB");
}

TEST_F(PostgresParameters, keep_the_environments_options_beside_parameters) {
    setenv("PGOPTIONS", "-c role=app", 1);

    EXPECT_EQ(keywords_of("postgres://h/d?work_mem=4MB").at("options"), "-c role=app -c work_mem=4MB");
    EXPECT_EQ(keywords_of("postgres://h/d?work_mem=4MB&options=-c%20jit%3Doff").at("options"),
              "-c jit=off -c work_mem=4MB");
    EXPECT_FALSE(keywords_of("postgres://h/d").contains("options"));  // libpq reads it by itself
    unsetenv("PGOPTIONS");
}

TEST_F(PostgresParameters, refuse_a_url_without_two_slashes_and_show_nothing_of_it) {
    for (const char* url : {"postgres:u:pw@localhost/app", "postgres:app", "postgres:?sslmode=disable",
                            "postgres:/u:pw@h:1/db", "pgx5:u:pw@h/db"}) {
        const std::string scheme = std::string(url).substr(0, std::string(url).find(':'));
        EXPECT_EQ(refusal_of(url), "a database URL has two slashes behind \"" + scheme + ":\"");
    }
}

TEST_F(PostgresParameters, refuse_keys_inside_the_url) {
    EXPECT_EQ(refusal_of("postgres://h/d?sslinline=true"), "sslinline=true is not supported");
    EXPECT_EQ(refusal_of("postgres://h/d?sslinline=false"), "accepted");
}

TEST_F(PostgresParameters, keep_x_keys_from_the_server) {
    EXPECT_FALSE(keywords_of("postgres://h/d?x-migrations-table=m&x-other=1").contains("options"));
}

TEST_F(PostgresParameters, connect_to_localhost_when_no_host_is_given) {
    EXPECT_EQ(keywords_of("postgres:///d").at("host"), "localhost");
}

TEST_F(PostgresParameters, let_the_query_name_a_socket) {
    EXPECT_EQ(keywords_of("postgres:///d?host=/run/pg").at("host"), "/run/pg");
    EXPECT_EQ(keywords_of("postgres://h/d?host=/run/pg").at("host"), "/run/pg");
}

TEST_F(PostgresParameters, count_a_key_once) {
    EXPECT_EQ(keywords_of("postgres://h/d?work_mem=1MB&work_mem=2MB").at("options"), "-c work_mem=1MB");
}

TEST_F(PostgresParameters, notice_a_dead_server_within_two_minutes) {
    const auto keywords = keywords_of("postgres://h/d");

    const int probes =
        std::stoi(keywords.at("keepalives_interval")) * std::stoi(keywords.at("keepalives_count"));
    EXPECT_LE(std::stoi(keywords.at("keepalives_idle")) + probes, 120);
    EXPECT_LE(std::stoi(keywords.at("tcp_user_timeout")), 120'000);
}

TEST_F(PostgresParameters, leave_keepalives_alone_when_the_url_or_a_service_sets_any) {
    for (const std::string key : {"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
                                  "tcp_user_timeout", "service"}) {
        auto keywords = keywords_of("postgres://h/d?" + key + "=1");

        EXPECT_EQ(keywords.extract(key).mapped(), "1");
        for (const auto& [other, value] : keywords) {
            EXPECT_FALSE(other.starts_with("keepalives") || other == "tcp_user_timeout")
                << key << ": " << other;
        }
    }
}

TEST_F(PostgresParameters, refuse_another_encoding) {
    EXPECT_EQ(refusal_of("postgres://h/d?client_encoding=latin1"),
              "client_encoding must be absent or 'UTF8'");
    EXPECT_EQ(refusal_of("postgres://h/d?client_encoding=utf-8"), "accepted");
}

TEST_F(PostgresParameters, set_formats_as_the_library_of_the_scheme) {
    EXPECT_EQ(read_parameters(Url::parse("postgres://h/d")).formats, Formats::of_lib_pq);
    EXPECT_EQ(read_parameters(Url::parse("pgx5://h/d")).formats, Formats::of_the_server);
    EXPECT_EQ(refusal_of("postgres://h/d?datestyle=German"),
              "setting datestyle must be absent or ISO, MDY; got German");
    EXPECT_EQ(refusal_of("postgres://h/d?datestyle=ISO,%20MDY"), "accepted");
    EXPECT_EQ(keywords_of("pgx5://h/d?datestyle=German").at("options"), "-c datestyle=German");
}

TEST_F(PostgresParameters, refuse_a_second_database) {
    for (const char* scheme : {"postgres", "pgx5"}) {
        const std::string url = std::string(scheme) + "://h/one?dbname=";
        EXPECT_EQ(refusal_of(url + "two"), "the database URL names two databases, in its path and by dbname");
        EXPECT_EQ(refusal_of(url + "one"), "accepted");
    }
    EXPECT_EQ(keywords_of("postgres://h/?dbname=two").at("dbname"), "two");
}

TEST_F(PostgresParameters, drop_empty_values_as_lib_pq_does) {
    const auto keywords = keywords_of("postgres://h/d?search_path=&sslmode=&application_name=");

    EXPECT_FALSE(keywords.contains("options"));
    EXPECT_EQ(keywords.at("sslmode"), "require");
    EXPECT_FALSE(keywords.contains("application_name"));
    EXPECT_EQ(keywords_of("pgx5://h/d?search_path=").at("options"), "-c search_path=");
}

TEST_F(PostgresParameters, hash_the_path_with_its_slash) {
    EXPECT_EQ(read_parameters(Url::parse("postgres://h/t")).lock_database, "/t");
    EXPECT_EQ(read_parameters(Url::parse("postgres://h/?dbname=t")).lock_database, "/");
    EXPECT_FALSE(read_parameters(Url::parse("postgres://h?dbname=t")).lock_database.has_value());
}

TEST_F(PostgresParameters, read_the_lock_strategy_of_every_scheme) {
    for (const std::string scheme : {"postgres", "postgresql", "pgx", "pgx4", "pgx5"}) {
        const Parameters plain = read_parameters(Url::parse(scheme + "://h/d"));
        const Parameters table =
            read_parameters(Url::parse(scheme + "://h/d?x-lock-strategy=table&x-lock-table=l"));

        EXPECT_EQ(plain.lock_strategy, LockStrategy::advisory) << scheme;
        EXPECT_EQ(plain.lock_table, "schema_lock") << scheme;
        EXPECT_EQ(table.lock_strategy, LockStrategy::table) << scheme;
        EXPECT_EQ(table.lock_table, "l") << scheme;
    }
}

TEST_F(PostgresParameters, keep_the_advisory_lock_where_golang_migrate_ignores_the_strategy) {
    EXPECT_FALSE(read_parameters(Url::parse("pgx://h/d?x-lock-strategy=table")).advisory_beside_table);
    EXPECT_FALSE(read_parameters(Url::parse("pgx4://h/d?x-lock-strategy=table")).advisory_beside_table);
    EXPECT_TRUE(read_parameters(Url::parse("postgres://h/d?x-lock-strategy=table")).advisory_beside_table);
    EXPECT_TRUE(read_parameters(Url::parse("pgx5://h/d?x-lock-strategy=table")).advisory_beside_table);
}

TEST_F(PostgresParameters, refuse_an_unknown_lock_strategy_where_golang_migrate_does) {
    EXPECT_EQ(refusal_of("pgx://h/d?x-lock-strategy=foo"), "unknown lock strategy \"foo\"");
    EXPECT_EQ(refusal_of("postgres://h/d?x-lock-strategy=foo"), "accepted");
}

TEST_F(PostgresParameters, read_the_length_of_a_lease) {
    EXPECT_EQ(read_parameters(Url::parse("pgx://h/d")).lock_lease, std::chrono::seconds(60));
    EXPECT_EQ(read_parameters(Url::parse("pgx://h/d?x-lock-lease=1m30s")).lock_lease,
              std::chrono::seconds(90));
    EXPECT_EQ(refusal_of("pgx://h/d?x-lock-lease=4s"), "x-lock-lease must be from 5s to 1h, not 4s");
    EXPECT_EQ(refusal_of("pgx://h/d?x-lock-lease=61m"), "x-lock-lease must be from 5s to 1h, not 61m");
    EXPECT_EQ(refusal_of("pgx://h/d?x-lock-lease=9"),
              "unable to parse option x-lock-lease: time: missing unit in duration \"9\"");
}

TEST_F(PostgresParameters, name_the_settings_that_the_server_gets) {
    const Parameters parameters = read_parameters(
        Url::parse("pgx://h/d?search_path=app&application_name=a&options=-c%20work_mem%3D1MB%20--jit%3Doff"));

    EXPECT_EQ(parameters.server_settings, (std::vector<std::string>{"search_path", "work_mem", "jit"}));
}

TEST_F(PostgresParameters, show_errors_as_the_library_of_the_scheme) {
    EXPECT_EQ(read_parameters(Url::parse("postgres://h/d")).error_style, ErrorStyle::lib_pq);
    EXPECT_EQ(read_parameters(Url::parse("pgx4://h/d")).error_style, ErrorStyle::pgx);
}

}  // namespace
}  // namespace aether::migrate::postgres
