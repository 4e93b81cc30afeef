// SPDX-License-Identifier: MIT
// What authors of drivers can ask about a statement.
#include <aether/migrate/spi/statement.hpp>

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aether::migrate::spi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array kRules{StatementRule{"VACUUM", StatementKind::non_transactional, "VACUUM"}};
constexpr Dialect kDialect{
    .name = "test", .lexical = {}, .statements = kRules, .passing = {}, .needs_no_transaction = {}};

TEST(statement, has_the_kind_of_its_rule_or_is_transactional) {
    EXPECT_EQ(kind_of("/* now */ vacuum t;", kDialect), StatementKind::non_transactional);
    EXPECT_EQ(kind_of("SELECT 1", kDialect), StatementKind::transactional);
}

TEST(statement, is_cut_out_of_its_script) {
    EXPECT_THAT(statements_of("-- one\nSELECT ';'; ; SELECT 2", kDialect),
                ElementsAre("SELECT ';';", "SELECT 2"));
    EXPECT_THAT(statements_of(" -- nothing", kDialect), IsEmpty());
}

TEST(statement, is_cut_into_tokens_without_its_semicolon) {
    EXPECT_THAT(tokens_of("SELECT 'a b' /* c */;", kDialect), ElementsAre("SELECT", "'a b'"));
}

}  // namespace
}  // namespace aether::migrate::spi
