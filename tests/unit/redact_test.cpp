// SPDX-License-Identifier: MIT
// That no secret of a URL reaches a message, whatever its form.
#include "../../src/base/redact.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate {
namespace {

std::string redacted(std::string_view url) {
    return Url::parse(url).redacted();
}

TEST(redacted, leaves_a_url_without_secrets_as_it_is) {
    for (const std::string_view url :
         {"postgres://bob@h:5432/my%20db?sslmode=disable&x-migrations-table=a", "file://./migrations",
          "file:///tmp/a@b/migrations", "file:m", "pgx://h1:1,h2:2/db?user=a@b", "postgres:///db?host=/tmp",
          "postgres://h/db?sslkey=/home/bob/client.key&passfile=/home/bob/.pgpass"}) {
        EXPECT_EQ(redacted(url), url);
    }
}

TEST(redacted, masks_the_password_in_gos_form) {
    EXPECT_EQ(redacted("postgres://bob:s3cret@h/db"), "postgres://bob:xxxxx@h/db");
    EXPECT_EQ(redacted("postgres://bob:@h/db"), "postgres://bob:xxxxx@h/db");
    EXPECT_EQ(redacted("postgres://bob:p@ss:w@h/db"), "postgres://bob:xxxxx@h/db");
    EXPECT_EQ(redacted("file://bob:tok3n@x/nope"), "file://bob:xxxxx@x/nope");
}

TEST(redacted, masks_values_of_secret_keys) {
    EXPECT_EQ(redacted("p://h/db?password=a&b=c&sslpassword=d"),
              "p://h/db?password=xxxxx&b=c&sslpassword=xxxxx");
    EXPECT_EQ(redacted("p://h/db?PassWord=a"), "p://h/db?PassWord=xxxxx");
    EXPECT_EQ(redacted("p://h/db?pass%77ord=a"), "p://h/db?pass%77ord=xxxxx");
    EXPECT_EQ(redacted("p://h/db?x-vault-token=a"), "p://h/db?x-vault-token=xxxxx");
    EXPECT_EQ(redacted("p://h/db?x-tls-key-password=a"), "p://h/db?x-tls-key-password=xxxxx");
    EXPECT_EQ(redacted("p://h/db?AWS_SECRET_ACCESS_KEY=a"), "p://h/db?AWS_SECRET_ACCESS_KEY=xxxxx");
    EXPECT_EQ(redacted("p://h/db?api-key=a&sig=b"), "p://h/db?api-key=xxxxx&sig=xxxxx");
    EXPECT_EQ(redacted("p://h/db?password="), "p://h/db?password=xxxxx");
}

TEST(redacted, masks_an_inline_private_key) {
    EXPECT_EQ(redacted("p://h/db?sslinline=true&sslkey=-----BEGIN+RSA+PRIVATE%20KEY-----abc"),
              "p://h/db?sslinline=true&sslkey=xxxxx");
}

TEST(redacted, hides_passwords_with_raw_separators_that_happen_to_parse) {
    EXPECT_EQ(redacted("p://bob:12/ss@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p://bob:12#ss@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p://bob:12?ss@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p://bob:a@b/ss@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p:bob:s3cret@h/db"), "p:bob:xxxxx@h/db");
    EXPECT_EQ(redacted("p:/bob:s3cret@h/db"), "p:xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p:///bob:s3cret@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p://bob:?a=s3cret@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redacted("p://h/db?password=s3#cret"), "p://h/db?password=xxxxx#xxxxx");
}

TEST(redact_broken_url, hides_all_before_the_last_at_sign) {
    EXPECT_EQ(redact_broken_url("p://bob:s 3/c?r#e t@h/db"), "p://xxxxx:xxxxx@h/db");
    EXPECT_EQ(redact_broken_url("p://bob@h:x/db"), "p://xxxxx:xxxxx@h:x/db");
    EXPECT_EQ(redact_broken_url("bob:s3cret@h/db"), "xxxxx:xxxxx@h/db");
    EXPECT_EQ(redact_broken_url("p_x:bob:s3cret@h//db"), "xxxxx:xxxxx@h//db");
    EXPECT_EQ(redact_broken_url("p:bob:s3//cret@h/db"), "xxxxx:xxxxx@h/db");
}

TEST(redact_broken_url, hides_secret_values) {
    EXPECT_EQ(redact_broken_url("p://h:x/db?password=a&b=c"), "p://h:x/db?password=xxxxx&b=c");
    EXPECT_EQ(redact_broken_url("p://b:s@h:x/db?b=c&token=d"), "p://xxxxx:xxxxx@h:x/db?b=c&token=xxxxx");
    EXPECT_EQ(redact_broken_url("p://h:x/db?password=a@b&c=d"), "p://xxxxx:xxxxx&c=d");
    EXPECT_EQ(redact_broken_url("p://h:x/db?password=a@b"), "p://xxxxx:xxxxx");
    EXPECT_EQ(redact_broken_url("p://h:x/db?user=a@b&password=c"), "p://xxxxx:xxxxx@b&password=xxxxx");
}

TEST(redact_broken_url, hides_a_password_whose_host_was_forgotten) {
    EXPECT_EQ(redact_broken_url("p://bob:s3cret"), "p://bob:xxxxx");
    EXPECT_EQ(redact_broken_url("p://bob:abc?x=1"), "p://bob:xxxxx?x=1");
    EXPECT_EQ(redact_broken_url("p://bob:1234567/db"), "p://bob:xxxxx/db");
    EXPECT_EQ(redact_broken_url("p://h:543x/db"), "p://h:543x/db");
    EXPECT_EQ(redact_broken_url("p://[fe80::abcd/db"), "p://[fe80::abcd/db");
}

TEST(redact, masks_urls_inside_a_sentence) {
    EXPECT_EQ(redact(R"(cannot open "postgres://bob:s3cret@h/db": no)"),
              R"(cannot open "postgres://xxxxx:xxxxx@h/db": no)");
    EXPECT_EQ(redact("a://u:p@h b://h c://t@h\nd://u:a/b@h"),
              "a://xxxxx:xxxxx@h b://h c://xxxxx:xxxxx@h\nd://xxxxx:xxxxx@h");
    EXPECT_EQ(redact("p://h/db?password=a&b=c"), "p://h/db?password=xxxxx&b=c");
}

TEST(redact, masks_values_of_password_like_keys) {
    EXPECT_EQ(redact("host=h password=s3cret user=bob"), "host=h password=xxxxx user=bob");
    EXPECT_EQ(redact(R"(password = 'a b\'c' user=bob)"), "password = 'xxxxx' user=bob");
    EXPECT_EQ(redact("password='it''s' x"), "password='xxxxx' x");
    EXPECT_EQ(redact(R"({"token": "abc", "n": 1})"), R"({"token": "xxxxx", "n": 1})");
    EXPECT_EQ(redact("CREATE ROLE bob PASSWORD 's3cret' LOGIN"), "CREATE ROLE bob PASSWORD 'xxxxx' LOGIN");
    EXPECT_EQ(redact("password='never ends"), "password='xxxxx'");
}

TEST(redact, masks_every_kind_of_sql_string) {
    EXPECT_EQ(redact(R"(PASSWORD E'a\'b' LOGIN)"), "PASSWORD E'xxxxx' LOGIN");
    EXPECT_EQ(redact("PASSWORD U&'a' x"), "PASSWORD U&'xxxxx' x");
    EXPECT_EQ(redact("PASSWORD N'a' x"), "PASSWORD N'xxxxx' x");
    EXPECT_EQ(redact("PASSWORD $$it's$$ x"), "PASSWORD $$xxxxx$$ x");
    EXPECT_EQ(redact("PASSWORD $t1$a$$b$t1$ x"), "PASSWORD $t1$xxxxx$t1$ x");
    EXPECT_EQ(redact("PASSWORD $t$never"), "PASSWORD $t$xxxxx$t$");
    EXPECT_EQ(redact("PASSWORD ''hunter2'''; x"), "PASSWORD ''xxxxx'''; x");
    EXPECT_EQ(redact("PASSWORD ''a''''b'' x"), "PASSWORD ''xxxxx'' x");
    EXPECT_EQ(redact("PASSWORD ''''a'''' x"), "PASSWORD ''''xxxxx'''' x");
    EXPECT_EQ(redact("PASSWORD '' LOGIN; it''s"), "PASSWORD 'xxxxx' LOGIN; it''s");
    EXPECT_EQ(redact("PASSWORD 'hun'\n  'ter2' x"), "PASSWORD 'xxxxx' x");
    EXPECT_EQ(redact("SET PASSWORD = PASSWORD('hunter2')"), "SET PASSWORD = xxxxx");
    EXPECT_EQ(redact("SET x = PASSWORD('hunter2')"), "SET x = PASSWORD('xxxxx')");
    EXPECT_EQ(redact("password = crypt('hun ter2', gen_salt('bf'))"), "password = xxxxx gen_salt('bf'))");
}

TEST(redact, finds_the_value_behind_line_breaks_and_comments) {
    EXPECT_EQ(redact("PASSWORD\n\t'a'"), "PASSWORD\n\t'xxxxx'");
    EXPECT_EQ(redact("PASSWORD /* a /* nested */ one */ 'a'"), "PASSWORD /* a /* nested */ one */ 'xxxxx'");
    EXPECT_EQ(redact("PASSWORD -- it's\n'a'"), "PASSWORD -- it's\n'xxxxx'");
    EXPECT_EQ(redact("password=\nnext"), "password=\nnext");
}

TEST(redact, masks_what_identifies_an_account_of_mysql) {
    EXPECT_EQ(redact("CREATE USER a IDENTIFIED BY 'b' x"), "CREATE USER a IDENTIFIED BY 'xxxxx' x");
    EXPECT_EQ(redact("identified with sha2 as 'b'"), "identified with sha2 as 'xxxxx'");
    EXPECT_EQ(redact("identified via ed25519 using password('b')"),
              "identified via ed25519 using password('xxxxx')");
    EXPECT_EQ(redact("the user was identified as bob's"), "the user was identified as bob's");
}

TEST(redact, hides_the_rest_of_a_statement_that_puts_the_value_together) {
    EXPECT_EQ(redact("EXECUTE format('ALTER ROLE a PASSWORD %L', 'b'); x"),
              "EXECUTE format('ALTER ROLE a PASSWORD xxxxx; x");
    EXPECT_EQ(redact("format('ALTER ROLE a PASSWORD ''%s''', 'b'); x"),
              "format('ALTER ROLE a PASSWORD xxxxx; x");
    EXPECT_EQ(redact("EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('b'); x"),
              "EXECUTE 'ALTER ROLE a PASSWORD xxxxx; x");
    EXPECT_EQ(redact("EXECUTE 'ALTER ROLE a PASSWORD $1' USING 'b'; x"),
              "EXECUTE 'ALTER ROLE a PASSWORD xxxxx; x");
    EXPECT_EQ(redact("PASSWORD 'a' || 'b'; x"), "PASSWORD xxxxx; x");
}

TEST(redact, keeps_the_number_of_lines_when_asked) {
    EXPECT_EQ(redact_lines("a\nPASSWORD 'b\nc\n' d\n"), "a\nPASSWORD 'xxxxx\nxxxxx\nxxxxx' d\n");
    EXPECT_EQ(redact_lines("k -----BEGIN KEY-----\nMIIB\n-----END KEY-----\nx"), "k xxxxx\nxxxxx\nxxxxx\nx");
}

TEST(redact, masks_keys_and_certificates) {
    EXPECT_EQ(
        redact("file \"-----BEGIN RSA PRIVATE KEY-----\nMIIB\nq83v\n-----END RSA PRIVATE KEY-----\": no"),
        "file \"xxxxx\": no");
    EXPECT_EQ(redact("a -----BEGIN CERTIFICATE-----\nMIIB"), "a xxxxx");
}

TEST(redact, leaves_other_texts_alone) {
    for (const std::string_view text :
         {"", "password authentication failed for user \"bob\"", "syntax error at or near \"password\"",
          "Key (id)=(1) already exists.", "insert into l values ('https://a.example/', 'bob@example.com')",
          "https://a.example/@bob", "invalid token: unexpected", "password", "password=", "::/@"}) {
        EXPECT_EQ(redact(text), text);
    }
}

TEST(is_secret_key, knows_secret_keys_and_harmless_ones) {
    for (const std::string_view key :
         {"password", "sslpassword", "PGPASSWORD", "x-foo-password", "passwd", "pwd", "pass", "auth", "token",
          "client_secret", "api_key", "x-amz-signature"}) {
        EXPECT_TRUE(is_secret_key(key)) << key;
    }
    for (const std::string_view key : {"", "sslmode", "sslkey", "passfile", "user", "host",
                                       "x-migrations-table", "x-lock-strategy", "author", "require_auth"}) {
        EXPECT_FALSE(is_secret_key(key)) << key;
    }
}

}  // namespace
}  // namespace aether::migrate
