// SPDX-License-Identifier: MIT
// Limits: how they are read and which one counts.
#include <aether/migrate/limits.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

using std::chrono::milliseconds;

milliseconds limit_of(std::string_view text) {
    const auto parsed = parse_limit(text);
    if (const auto* fault = std::get_if<LimitFault>(&parsed)) {
        ADD_FAILURE() << fault->message;
        return milliseconds(-1);
    }
    return std::get<milliseconds>(parsed);
}

LimitFault fault_of(std::string_view text) {
    const auto parsed = parse_limit(text);
    const auto* fault = std::get_if<LimitFault>(&parsed);
    return fault == nullptr ? LimitFault{false, "no fault"} : *fault;
}

TEST(limits, are_read_as_milliseconds) {
    EXPECT_EQ(limit_of("0"), milliseconds(0));
    EXPECT_EQ(limit_of("0s"), milliseconds(0));
    EXPECT_EQ(limit_of("300ms"), milliseconds(300));
    EXPECT_EQ(limit_of("1.5s"), milliseconds(1500));
    EXPECT_EQ(limit_of("10m"), milliseconds(600'000));
    EXPECT_EQ(limit_of("1h30m"), milliseconds(5'400'000));
}

TEST(limits, shorter_than_a_millisecond_are_not_switched_off) {
    EXPECT_EQ(limit_of("1ns"), milliseconds(1));
    EXPECT_EQ(limit_of("1.2ms"), milliseconds(2));
}

TEST(limits, reach_up_to_24_days) {
    EXPECT_EQ(limit_of("576h"), kLongestLimit);
    EXPECT_LE(kLongestLimit.count(), INT32_MAX);

    EXPECT_TRUE(fault_of("576h1ns").out_of_range);
    EXPECT_EQ(fault_of("577h").message, "duration \"577h\" is longer than 24 days");
}

TEST(limits, are_not_negative) {
    EXPECT_TRUE(fault_of("-1ns").out_of_range);
    EXPECT_EQ(fault_of("-1s").message, "duration \"-1s\" is negative");
    EXPECT_EQ(limit_of("-0"), milliseconds(0));
}

TEST(limits, that_cannot_be_read_say_so_in_gos_words) {
    EXPECT_FALSE(fault_of("10").out_of_range);
    EXPECT_EQ(fault_of("10").message, "time: missing unit in duration \"10\"");
    EXPECT_EQ(fault_of("1d").message, "time: unknown unit \"d\" in duration \"1d\"");
    EXPECT_EQ(fault_of("").message, "time: invalid duration \"\"");
}

TEST(limits, combine_takes_each_one_from_above_where_it_is_set) {
    Limits over;
    over.table_lock_timeout = milliseconds(1);
    over.statement_timeout = milliseconds(0);
    Limits under;
    under.table_lock_timeout = milliseconds(2);
    under.retry_for = milliseconds(3);
    under.statement_timeout = milliseconds(4);
    under.client_check_interval = milliseconds(5);

    const Limits both = combine(over, under);

    EXPECT_EQ(both.table_lock_timeout, milliseconds(1));
    EXPECT_EQ(both.retry_for, milliseconds(3));
    EXPECT_EQ(both.statement_timeout, milliseconds(0));
    EXPECT_EQ(both.idle_timeout, std::nullopt);
    EXPECT_EQ(both.client_check_interval, milliseconds(5));
    EXPECT_EQ(combine({}, {}), Limits{});
}

}  // namespace
}  // namespace aether::migrate
