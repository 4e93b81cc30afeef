// SPDX-License-Identifier: MIT
// Whoever stands in the way, in one line.
#include <aether/migrate/text.hpp>

#include <string>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

spi::Blocker session() {
    spi::Blocker blocker;
    blocker.pid = 123;
    blocker.user = "app";
    blocker.client = "10.0.0.7";
    blocker.application = "psql";
    blocker.state = "idle in transaction";
    blocker.age = "12s";
    blocker.query = "UPDATE t SET a = 1";
    return blocker;
}

TEST(text, of_a_session_in_the_way_says_who_and_since_when) {
    EXPECT_EQ(
        to_text(session()),
        "pid 123 (user app, 10.0.0.7), application psql, idle in transaction for 12s: UPDATE t SET a = 1");
}

TEST(text, of_a_session_leaves_out_what_is_not_known) {
    spi::Blocker blocker;
    blocker.pid = 5;
    EXPECT_EQ(to_text(blocker), "pid 5");

    blocker.age = "2s";
    EXPECT_EQ(to_text(blocker), "pid 5, for 2s");

    blocker.user = "app";
    EXPECT_EQ(to_text(blocker), "pid 5 (user app), for 2s");
}

TEST(text, tells_the_kinds_of_vacuum_apart) {
    spi::Blocker blocker;
    blocker.pid = 5;
    blocker.age = "2s";
    blocker.query = "autovacuum: VACUUM public.t";

    blocker.kind = spi::BlockerKind::autovacuum;
    EXPECT_EQ(to_text(blocker), "pid 5, an autovacuum, for 2s: autovacuum: VACUUM public.t");
    blocker.kind = spi::BlockerKind::wraparound_vacuum;
    EXPECT_EQ(
        to_text(blocker),
        "pid 5, an autovacuum against wraparound, which never yields, for 2s: autovacuum: VACUUM public.t");
}

TEST(text, of_a_prepared_transaction_has_its_name) {
    spi::Blocker blocker;
    blocker.kind = spi::BlockerKind::prepared_transaction;
    blocker.user = "app";
    blocker.query = "order-17";
    blocker.age = "3h2m";

    EXPECT_EQ(to_text(blocker), "the prepared transaction order-17 (user app), for 3h2m");
}

TEST(text, of_a_lock_holder_says_what_the_role_may_see) {
    spi::LockHolder holder;
    holder.pid = 7;
    EXPECT_EQ(to_text(holder), "pid 7");

    holder.user = "app";
    holder.client = "10.0.0.7";
    holder.application = "shop";
    holder.age = "12s";
    holder.query = "UPDATE users";
    EXPECT_EQ(to_text(holder), "pid 7 (shop, app from 10.0.0.7), 12s in: UPDATE users");
}

TEST(text, of_a_lock_that_no_process_holds_is_what_the_driver_says) {
    spi::LockHolder holder;
    holder.query = "a row in schema_lock that is not ours";

    EXPECT_EQ(to_text(holder), "a row in schema_lock that is not ours");
}

TEST(text, of_a_blocker_is_one_line_without_control_characters) {
    spi::Blocker blocker = session();
    blocker.query = "  UPDATE t\r\n\t  SET a = '\x1b[31m'\n";
    blocker.application = "a\nb";

    EXPECT_EQ(to_text(blocker),
              "pid 123 (user app, 10.0.0.7), application a b, "
              "idle in transaction for 12s: UPDATE t SET a = ' [31m'");
}

}  // namespace
}  // namespace aether::migrate
