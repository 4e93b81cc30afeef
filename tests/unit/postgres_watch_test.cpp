// SPDX-License-Identifier: MIT
// What is said of who stands in a script's way.
#include "../../drivers/postgres/watch.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace aether::migrate::postgres {
namespace {

using namespace std::chrono_literals;

TEST(Blockers, are_told_apart) {
    using spi::BlockerKind;
    EXPECT_EQ(kind_of("client backend", "SELECT '(to prevent wraparound)'", true), BlockerKind::session);
    EXPECT_EQ(kind_of("autovacuum worker", "autovacuum: VACUUM public.t", true), BlockerKind::autovacuum);
    EXPECT_EQ(kind_of("autovacuum worker", "autovacuum: VACUUM public.t (to prevent wraparound)", false),
              BlockerKind::wraparound_vacuum);
    EXPECT_EQ(kind_of("hidden", "<insufficient privilege>", false), BlockerKind::autovacuum);
    EXPECT_EQ(kind_of("hidden", "<insufficient privilege>", true), BlockerKind::wraparound_vacuum);
    EXPECT_EQ(kind_of("", "<insufficient privilege>", true), BlockerKind::session);
    EXPECT_EQ(kind_of("prepared transaction", "my gid", false), BlockerKind::prepared_transaction);
}

TEST(Blockers, show_a_statement_short_and_without_secrets) {
    EXPECT_EQ(shown_query("\n  SELECT\t1,\r\n 2  "), "SELECT 1, 2");
    EXPECT_EQ(shown_query("ALTER ROLE bob PASSWORD\n  'hunter2'"), "ALTER ROLE bob PASSWORD 'xxxxx'");
    EXPECT_EQ(shown_query(std::string(190, 'a') + " postgres://bob:hunter2@host/db").find("hunter"),
              std::string::npos);
    EXPECT_EQ(shown_query(std::string(300, 'a')), std::string(200, 'a'));
    std::string wide;
    for (int count = 0; count < 300; ++count) {
        wide += "ä";
    }
    EXPECT_EQ(shown_query(wide), wide.substr(0, 400));
}

TEST(Blockers, hint_that_a_short_limit_never_moves_an_autovacuum) {
    spi::Blocker autovacuum;
    autovacuum.kind = spi::BlockerKind::autovacuum;
    const auto hint = [&](std::string_view sqlstate, std::chrono::milliseconds lock) {
        spi::ScriptFailure failure;
        failure.sqlstate = sqlstate;
        name_blockers(failure, {autovacuum}, lock, 1s);
        return failure.hint;
    };

    EXPECT_EQ(hint("55P03", 300ms),
              "a table-lock-timeout under deadlock_timeout (1 s) never moves an autovacuum away");
    EXPECT_EQ(hint("55P03", 1500ms), "");
    EXPECT_EQ(hint("55P03", 0ms), "");
    EXPECT_EQ(hint("22012", 300ms), "");
}

}  // namespace
}  // namespace aether::migrate::postgres
