// SPDX-License-Identifier: MIT
// golang-migrate's mysql:// URLs: the data source names of go-sql-driver, and what they say.
#include "../../drivers/mysql/dsn.hpp"

#include <chrono>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/mysql/parameters.hpp"
#include "../support/folder.hpp"

namespace aether::migrate::mysql {
namespace {

Error refusal_of(const std::string& url) {
    try {
        read_parameters(url);
    } catch (const Error& error) {
        return error;
    }
    return {ErrorCode::internal, "accepted"};
}

std::string text_of_refusal(const std::string& url) {
    return refusal_of(url).what();
}

TEST(mysql_dsn, reads_all_parts) {
    const Parameters read =
        read_parameters("mysql://bob:secret@tcp(db.example:3307)/shop?time_zone=%27UTC%27");

    EXPECT_EQ(read.user, "bob");
    EXPECT_EQ(read.password, "secret");
    EXPECT_EQ(read.host, "db.example");
    EXPECT_EQ(read.port, 3307U);
    EXPECT_EQ(read.database, "shop");
    ASSERT_EQ(read.variables.size(), 1U);
    EXPECT_EQ(read.variables.front().first, "time_zone");
    EXPECT_EQ(read.variables.front().second, "'UTC'");
}

TEST(mysql_dsn, fills_in_network_and_address) {
    EXPECT_EQ(read_parameters("mysql://u@/d").host, "127.0.0.1");
    EXPECT_EQ(read_parameters("mysql://u@tcp/d").port, 3306U);
    EXPECT_EQ(read_parameters("mysql://u@tcp(h)/d").port, 3306U);
    EXPECT_EQ(read_parameters("mariadb://u@tcp([::1])/d").host, "::1");
    EXPECT_EQ(read_parameters("mysql://u@tcp([::1]:3307)/d").port, 3307U);
    EXPECT_EQ(read_parameters("mysql://u@unix/d").socket, "/tmp/mysql.sock");
}

TEST(mysql_dsn, reads_a_unix_socket_with_slashes) {
    const Parameters read = read_parameters("mysql://u:p@unix(/run/mysqld/mysqld.sock)/d");

    EXPECT_EQ(read.socket, "/run/mysqld/mysqld.sock");
    EXPECT_EQ(read.host, "");
}

TEST(mysql_dsn, unescapes_user_and_password_as_a_query) {
    const Parameters read = read_parameters("mysql://b%40b:p%2Fq+r%25@/d");

    EXPECT_EQ(read.user, "b@b");
    EXPECT_EQ(read.password, "p/q r%");
}

TEST(mysql_dsn, takes_raw_at_signs_and_colons_in_a_password) {
    const Parameters read = read_parameters("mysql://bob:a@b:c@tcp(h)/d");

    EXPECT_EQ(read.user, "bob");
    EXPECT_EQ(read.password, "a@b:c");
}

TEST(mysql_dsn, refuses_with_the_texts_of_the_library) {
    EXPECT_EQ(text_of_refusal("mysql://user:pass@127.0.0.1:3306/db"),
              "default addr for network '127.0.0.1:3306' unknown");
    EXPECT_EQ(text_of_refusal("mysql://user@tcp(h)"),
              "invalid DSN: missing the slash separating the database name");
    EXPECT_EQ(text_of_refusal("mysql://user@tcp(h/db"),
              "invalid DSN: network address not terminated (missing closing brace)");
    EXPECT_EQ(text_of_refusal("mysql://user@tcp(h)/db?x-tls-ca=/a/b"),
              "invalid DSN: did you forget to escape a param value?");
    EXPECT_EQ(text_of_refusal("mysql://user@tcp(h)/"), "no database name");
    EXPECT_EQ(text_of_refusal("mysql://u@/d?parseTime=maybe"), "invalid bool value: maybe");
    EXPECT_EQ(text_of_refusal("mysql://u@/d?compress=1"), "compression not implemented yet");
    EXPECT_EQ(text_of_refusal("mysql://u@/d?x-no-lock=maybe"),
              "could not parse x-no-lock as bool: strconv.ParseBool: parsing \"maybe\": invalid syntax");
    EXPECT_EQ(text_of_refusal("mysql:u@/d"), "a database URL has two slashes behind its scheme");
}

TEST(mysql_dsn, never_shows_the_password) {
    for (const char* url :
         {"mysql://u:hunter%zz@/d", "mysql://u:hunter2@nowhere/d", "mysql://u:hunter2@tcp(h)"}) {
        const ErrorDetails details = refusal_of(url).details();
        EXPECT_EQ((details.message + details.hint + details.next).find("hunter"), std::string::npos) << url;
    }
}

TEST(mysql_dsn, refuses_what_is_no_variable) {
    EXPECT_EQ(text_of_refusal("mysql://u@/d?a%3Bdrop=1"),
              "the parameter is no name of the server: \"a%3Bdrop\"");
    EXPECT_EQ(text_of_refusal("mysql://u@/d?collation=x;y"), "collation is no name of the server: \"x;y\"");
}

TEST(mysql_dsn, ignores_what_only_the_go_library_needs) {
    const Parameters read = read_parameters(
        "mysql://u@/d?parseTime=true&loc=UTC&multiStatements=false&readTimeout=1s&timeout=1500ms&x-other=1");

    EXPECT_TRUE(read.variables.empty());
    EXPECT_EQ(read.connect_timeout, std::chrono::milliseconds(1500));
}

TEST(mysql_dsn, reads_settings_of_the_engine) {
    const Parameters read =
        read_parameters("mysql://u@/d?x-migrations-table=a%20b&x-no-lock=true&x-history=false");

    EXPECT_EQ(read.settings.table, "a b");
    EXPECT_FALSE(read.settings.history);
    EXPECT_FALSE(read.takes_lock);
}

TEST(mysql_dsn, reads_modes_of_tls) {
    EXPECT_EQ(read_parameters("mysql://u@/d").tls, Tls::off);
    EXPECT_EQ(read_parameters("mysql://u@/d?tls=false").tls, Tls::off);
    EXPECT_EQ(read_parameters("mysql://u@/d?tls=true").tls, Tls::verify);
    EXPECT_EQ(read_parameters("mysql://u@/d?tls=Skip-Verify").tls, Tls::skip_verify);
    EXPECT_EQ(read_parameters("mysql://u@/d?tls=preferred").tls, Tls::preferred);
}

TEST(mysql_dsn, a_configuration_of_tls_needs_its_certificate) {
    const Folder folder;
    std::ofstream(folder.path() + "/ca.pem") << "-----BEGIN CERTIFICATE-----\n";
    std::ofstream(folder.path() + "/no.pem") << "text\n";
    const std::string base = "mysql://u@tcp(h)/d?tls=mine&x-tls-ca=";
    std::string path = folder.path();
    for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 3))
        path.replace(at, 1, "%2F");

    EXPECT_EQ(text_of_refusal("mysql://u@/d?tls=mine"), "open : no such file or directory");
    EXPECT_EQ(text_of_refusal(base + path + "%2Fno.pem"), "failed to append PEM");
    EXPECT_EQ(text_of_refusal(base + path + "%2Fca.pem&x-tls-key=k"),
              "to use TLS client authentication, both x-tls-cert and x-tls-key must not be empty");
    EXPECT_EQ(read_parameters(base + path + "%2Fca.pem").tls, Tls::verify);
    EXPECT_EQ(read_parameters(base + path + "%2Fca.pem&x-tls-insecure-skip-verify=1").tls, Tls::skip_verify);
}

}  // namespace
}  // namespace aether::migrate::mysql
