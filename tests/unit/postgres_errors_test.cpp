// SPDX-License-Identifier: MIT
// libpq's reports of failed connections in golang-migrate's words.
#include "../../drivers/postgres/errors.hpp"

#include <string>

#include <gtest/gtest.h>

namespace aether::migrate::postgres {
namespace {

std::string headline_of(const std::string& report) {
    return connection_error(report).message;
}

TEST(PostgresErrors, say_refused_as_go_does) {
    EXPECT_EQ(headline_of("connection to server at \"127.0.0.1\", port 5432 failed: Connection refused\n"
                          "\tIs the server running on that host and accepting TCP/IP connections?\n"),
              "dial tcp 127.0.0.1:5432: connect: connection refused");
}

TEST(PostgresErrors, show_no_key_of_the_url) {
    const ErrorDetails details = connection_error(
        "could not open certificate file \"-----BEGIN CERTIFICATE-----\nMIIB\nq83v\n-----END "
        "CERTIFICATE-----\n\": File name too long\n");

    EXPECT_EQ((details.message + details.context).find("MIIB"), std::string::npos) << details.message;
    EXPECT_EQ((details.message + details.context).find("q83v"), std::string::npos) << details.context;
}

TEST(PostgresErrors, prefer_the_ipv4_report) {
    EXPECT_EQ(
        headline_of(
            "connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n"
            "\tIs the server running on that host and accepting TCP/IP connections?\n"
            "connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused\n"),
        "dial tcp 127.0.0.1:5432: connect: connection refused");
}

TEST(PostgresErrors, name_the_socket) {
    EXPECT_EQ(
        headline_of(
            "connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory\n"),
        "dial unix /run/.s.PGSQL.5432: connect: no such file or directory");
}

TEST(PostgresErrors, show_what_the_server_says) {
    EXPECT_EQ(
        headline_of(
            "connection to server at \"h\" (10.0.0.1), port 5432 failed: FATAL:  password authentication "
            "failed for user \"bob\"\n"),
        "pq: password authentication failed for user \"bob\"");
}

TEST(PostgresErrors, say_that_the_server_has_no_tls) {
    const ErrorDetails details = connection_error(
        "connection to server at \"h\" (10.0.0.1), port 5432 failed: server "
        "does not support SSL, but SSL was required\n");

    EXPECT_EQ(details.message, "pq: SSL is not enabled on the server");
    EXPECT_NE(details.hint.find("sslmode=disable"), std::string::npos);
}

TEST(PostgresErrors, say_that_a_host_is_unknown) {
    EXPECT_EQ(headline_of("could not translate host name \"nope\" to address: Name or service not known\n"),
              "dial tcp: lookup nope: no such host");
}

TEST(PostgresErrors, say_what_may_pass_later) {
    EXPECT_TRUE(may_pass_later("55P03", "canceling statement due to lock timeout", ""));
    EXPECT_TRUE(may_pass_later("40P01", "deadlock detected", ""));
    EXPECT_TRUE(may_pass_later("40001", "could not serialize access due to concurrent update", ""));
    EXPECT_TRUE(may_pass_later("XX000", "tuple concurrently updated", ""));
    EXPECT_TRUE(may_pass_later("XX000", "tuple concurrently deleted", ""));
    EXPECT_TRUE(may_pass_later("23505",
                               "duplicate key value violates unique constraint "
                               "\"pg_type_typname_nsp_index\"",
                               "pg_catalog"));
}

TEST(PostgresErrors, say_what_stays) {
    EXPECT_FALSE(may_pass_later("57014", "canceling statement due to statement timeout", ""));
    EXPECT_FALSE(may_pass_later("57014", "canceling statement due to user request", ""));
    EXPECT_FALSE(may_pass_later("XX000", "cache lookup failed for relation 1", ""));
    EXPECT_FALSE(may_pass_later("XX000", "tuple concurrently updated: no", ""));
    EXPECT_FALSE(
        may_pass_later("23505", "duplicate key value violates unique constraint \"t_pkey\"", "public"));
    EXPECT_FALSE(may_pass_later("42P07", "relation \"t\" already exists", ""));
    EXPECT_FALSE(may_pass_later("", "", "pg_catalog"));
}

TEST(PostgresErrors, show_no_password) {
    const ErrorDetails details = connection_error("bad thing with postgres://bob:s3cret@h/d\nmore\n");

    EXPECT_EQ(details.message.find("s3cret"), std::string::npos);
    EXPECT_EQ(details.context.find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace aether::migrate::postgres
