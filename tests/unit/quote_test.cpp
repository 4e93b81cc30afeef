// SPDX-License-Identifier: MIT
// Quoting of names by the dialect's own quote.
#include "../../src/sql/quote.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <aether/migrate/error.hpp>

#include "../../drivers/postgres/dialect.hpp"

namespace aether::migrate::sql {
namespace {

std::string quoted(std::string_view name) {
    return quote_identifier(postgres::dialect(), name);
}

TEST(quote, puts_a_name_between_quotes) {
    EXPECT_EQ(quoted("schema_migrations"), R"("schema_migrations")");
    EXPECT_EQ(quoted("größe; DROP TABLE x"), R"("größe; DROP TABLE x")");
}

TEST(quote, doubles_quotes_inside) {
    EXPECT_EQ(quoted(R"(a"b)"), R"("a""b")");
    EXPECT_EQ(quoted(R"(")"), R"("""")");
    EXPECT_EQ(quoted(R"(""a)"), R"("""""a")");
    EXPECT_EQ(quoted(R"(a")"), R"("a""")");
}

TEST(quote, takes_the_quote_of_the_dialect) {
    spi::Dialect dialect;
    dialect.identifier_quote = "`";

    EXPECT_EQ(quote_identifier(dialect, "a`b\"c"), "`a``b\"c`");
}

TEST(quote, refuses_a_zero_byte_and_an_empty_name) {
    for (const std::string_view name : {std::string_view("a\0b", 3), std::string_view()}) {
        try {
            (void)quoted(name);
            FAIL() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        }
    }
}

}  // namespace
}  // namespace aether::migrate::sql
