// SPDX-License-Identifier: MIT
// How URLs are cut into parts; the refusals are those of Go's net/url.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>
#include <aether/migrate/url.hpp>

namespace aether::migrate {
namespace {

// Returns the message of the refusal, or "" when the URL parses.
std::string refusal(std::string_view text) {
    try {
        (void)Url::parse(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_url);
        return error.what();
    }
    return "";
}

std::string hint_of(std::string_view text) {
    try {
        (void)Url::parse(text);
    } catch (const Error& error) {
        return error.details().hint;
    }
    return "";
}

TEST(url, finds_all_parts) {
    const Url url = Url::parse("postgres://bob:s3cret@db.example:5433/app?sslmode=disable&x-a=1#frag");

    EXPECT_EQ(url.scheme(), "postgres");
    EXPECT_EQ(url.user(), "bob");
    EXPECT_EQ(url.password(), "s3cret");
    EXPECT_EQ(url.host(), "db.example");
    EXPECT_EQ(url.port(), "5433");
    EXPECT_EQ(url.path(), "/app");
    EXPECT_EQ(url.find("sslmode"), "disable");
    EXPECT_EQ(url.find("x-a"), "1");
    EXPECT_EQ(url.find("x-b"), std::nullopt);
}

TEST(url, tells_absent_parts_from_empty_ones) {
    const Url none = Url::parse("postgres:///db");
    const Url empty = Url::parse("postgres://:@h/");

    EXPECT_EQ(none.user(), std::nullopt);
    EXPECT_EQ(none.password(), std::nullopt);
    EXPECT_EQ(none.host(), "");
    EXPECT_EQ(none.path(), "/db");
    EXPECT_EQ(empty.user(), "");
    EXPECT_EQ(empty.password(), "");
    EXPECT_EQ(Url::parse("postgres://bob@h/").password(), std::nullopt);
    EXPECT_EQ(Url::parse("postgres://h").path(), "");
}

TEST(url, writes_the_scheme_in_lower_case) {
    EXPECT_EQ(Url::parse("FILE+X://m").scheme(), "file+x");
}

TEST(url, decodes_user_password_path_and_query) {
    const Url url = Url::parse("postgres://b%40b:a%2Fb%3a%25+c@h/my%20db+x?a%20b=c+d%2b");

    EXPECT_EQ(url.user(), "b@b");
    EXPECT_EQ(url.password(), "a/b:%+c");
    EXPECT_EQ(url.path(), "/my db+x");
    EXPECT_EQ(url.find("a b"), "c d+");
}

TEST(url, lets_the_last_at_sign_end_the_user_part) {
    const Url url = Url::parse("postgres://b:p@ss@h/db");

    EXPECT_EQ(url.password(), "p@ss");
    EXPECT_EQ(url.host(), "h");
}

TEST(url, keeps_the_query_in_order_with_repeated_keys) {
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"b", "1"}, {"a", ""}, {"b", "2"}, {"c", "x=y"}, {"", "z"}};
    const Url url = Url::parse("p://h?b=1&a&&b=2&c=x=y&=z&");

    EXPECT_EQ(url.query(), expected);
    EXPECT_EQ(url.find("b"), "1");
}

TEST(url, reads_ipv6_hosts_without_their_brackets) {
    EXPECT_EQ(Url::parse("p://[::1]/db").host(), "::1");
    EXPECT_EQ(Url::parse("p://[::1]/db").port(), "");
    EXPECT_EQ(Url::parse("p://u@[2001:db8::2]:5432/db").host(), "2001:db8::2");
    EXPECT_EQ(Url::parse("p://u@[2001:db8::2]:5432/db").port(), "5432");
    EXPECT_EQ(Url::parse("p://[fe80::1%25en%200]/").host(), "fe80::1%en 0");
}

TEST(url, keeps_lists_of_hosts_and_ports) {
    EXPECT_EQ(Url::parse("pgx://h1:1,h2:2/db").host(), "h1,h2");
    EXPECT_EQ(Url::parse("pgx://h1:1,h2:2/db").port(), "1,2");
    EXPECT_EQ(Url::parse("pgx://h1,h2:2,h3/db").host(), "h1,h2,h3");
    EXPECT_EQ(Url::parse("pgx://h1,h2:2,h3/db").port(), ",2,");
    EXPECT_EQ(Url::parse("pgx://h1,h2/db").port(), "");
    EXPECT_EQ(Url::parse("pgx://[::1]:1,[::2]/db").host(), "::1,::2");
    EXPECT_EQ(Url::parse("pgx://[::1]:1,[::2]/db").port(), "1,");
}

TEST(url, takes_an_empty_port_and_a_rootless_rest) {
    EXPECT_EQ(Url::parse("p://h:/db").port(), "");
    EXPECT_EQ(Url::parse("file:m/a:b").path(), "");
    EXPECT_EQ(Url::parse("file:/m").path(), "/m");
}

TEST(url, keeps_non_ascii_hosts_and_decodes_them) {
    EXPECT_EQ(Url::parse("file://größe/x").host(), "größe");
    EXPECT_EQ(Url::parse("file://gr%C3%B6%C3%9Fe/x").host(), "größe");
    EXPECT_EQ(Url::parse("file://a%25b").host(), "a%b");
}

TEST(url, refuses_what_go_refuses_with_its_texts) {
    EXPECT_EQ(refusal("file://m:x"), R"(parse "file://m:x": invalid port ":x" after host)");
    EXPECT_EQ(refusal("p://h:5432x/db"), R"(parse "p://h:5432x/db": invalid port ":5432x" after host)");
    EXPECT_EQ(refusal("p://[::1]x/db"), R"(parse "p://[::1]x/db": invalid port "x" after host)");
    EXPECT_EQ(refusal("file://p%zz"), R"(parse "file://p%zz": invalid URL escape "%zz")");
    EXPECT_EQ(refusal("file:///p%z"), R"(parse "file:///p%z": invalid URL escape "%z")");
    EXPECT_EQ(refusal("file:///p%"), R"(parse "file:///p%": invalid URL escape "%")");
    EXPECT_EQ(refusal("file:///p#%4"), R"(parse "file:///p#xxxxx": invalid URL escape "%4")");
    EXPECT_EQ(refusal("file://a%20b"), R"(parse "file://a%20b": invalid URL escape "%20")");
    EXPECT_EQ(refusal("file://my dir"), R"(parse "file://my dir": invalid character " " in host name)");
    EXPECT_EQ(refusal("p://[::1/db"), R"(parse "p://[::1/db": missing ']' in host)");
    EXPECT_EQ(refusal("p://h[::1]/db"), R"(parse "p://h[::1]/db": invalid IP-literal)");
    EXPECT_EQ(refusal("p://[h]/db"), R"(parse "p://[h]/db": invalid host: "h" is not an IPv6 address)");
    EXPECT_EQ(refusal("p://[1.2.3.4]/db"),
              R"(parse "p://[1.2.3.4]/db": invalid host: "1.2.3.4" is not an IPv6 address)");
    EXPECT_EQ(refusal(":foo"), R"(parse ":xxxxx": missing protocol scheme)");
    EXPECT_EQ(refusal("1p:foo"), R"(parse "1p:xxxxx": first path segment in URL cannot contain colon)");
    EXPECT_EQ(refusal("a b:foo"), R"(parse "a b:xxxxx": first path segment in URL cannot contain colon)");
    EXPECT_EQ(refusal("p://h\n/db"), R"(parse "p://h\n/db": net/url: invalid control character in URL)");
    EXPECT_EQ(refusal("p://h/\x7f"), R"(parse "p://h/\x7f": net/url: invalid control character in URL)");
}

TEST(url, refuses_a_text_without_scheme) {
    EXPECT_EQ(refusal(""), "URL cannot be empty");
    EXPECT_EQ(refusal("host/db"), "no scheme");
    EXPECT_EQ(refusal("//host/a:b"), "no scheme");
}

TEST(url, refuses_query_pairs_that_golang_migrate_drops) {
    EXPECT_EQ(refusal("p://h/db?x-migrations-table=a;b"),
              R"(parse "p://h/db?x-migrations-table=a;b": invalid semicolon separator in query)");
    EXPECT_EQ(refusal("p://h/db?a=%zz"), R"(parse "p://h/db?a=%zz": invalid URL escape in the query)");
    EXPECT_EQ(refusal("p://h/db?a=%3B"), "");
}

TEST(url, refuses_a_bad_user_part_without_showing_it) {
    EXPECT_EQ(refusal("p://bob:pa ss@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": net/url: invalid userinfo)");
    EXPECT_EQ(refusal("p://bob:pa%zz@h/db"),
              R"(parse "p://xxxxx:xxxxx@h/db": invalid URL escape in the user part)");
}

TEST(url, shows_no_piece_of_a_password_with_raw_separators) {
    EXPECT_EQ(refusal("p://bob:pa/ss@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": invalid port after host)");
    EXPECT_EQ(refusal("p://bob:pa#ss@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": invalid port after host)");
    EXPECT_EQ(refusal("p://bob:pa?ss@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": invalid port after host)");
    EXPECT_EQ(refusal("p://bob:1/s%zz@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": invalid URL escape)");
    EXPECT_EQ(refusal("p://b b/s@h/db"), R"(parse "p://xxxxx:xxxxx@h/db": invalid character in host name)");
    EXPECT_EQ(refusal("p://bob:s3cret/db"), R"(parse "p://bob:xxxxx/db": invalid port after host)");
}

TEST(url, tells_how_to_write_special_characters) {
    EXPECT_NE(hint_of("p://bob:pa/ss@h/db").find("/ as %2F"), std::string::npos);
    EXPECT_NE(hint_of("p://bob:pa%zz@h/db").find("% as %25"), std::string::npos);
    EXPECT_NE(hint_of("p://%2Fvar%2Frun/db").find("?host=/"), std::string::npos);
    EXPECT_NE(hint_of("p://h/db?a=b;c").find("%3B"), std::string::npos);
    EXPECT_EQ(hint_of("p://h:x/db"), "");
}

TEST(url, reveals_the_text_as_it_was_given) {
    const std::string text = "Postgres://bob:s3cret@h/my%20db?password=a";

    EXPECT_EQ(Url::parse(text).reveal(), text);
}

TEST(scheme_of, is_the_text_before_the_first_colon) {
    EXPECT_EQ(scheme_of("postgres://h/db"), "postgres");
    EXPECT_EQ(scheme_of("mysql://tcp(h:3306)/db"), "mysql");
    EXPECT_EQ(scheme_of("FILE://m"), "FILE");
    EXPECT_EQ(scheme_of("a b:c"), "a b");
}

TEST(scheme_of, refuses_a_text_without_one) {
    for (const auto& [text, message] : {std::pair("", "URL cannot be empty"), std::pair("m", "no scheme"),
                                        std::pair(":m", "no scheme"), std::pair("://m", "no scheme")}) {
        try {
            (void)scheme_of(text);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_STREQ(error.what(), message);
            EXPECT_EQ(error.code(), ErrorCode::invalid_url);
        }
    }
}

}  // namespace
}  // namespace aether::migrate
