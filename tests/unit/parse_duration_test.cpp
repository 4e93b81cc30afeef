// SPDX-License-Identifier: MIT
// Durations against what Go's time.ParseDuration takes and says.
#include "../../src/base/parse_duration.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

TEST(parse_duration, reads_what_go_reads) {
    // Right the number of nanoseconds that Go 1.26 made of the text.
    constexpr std::pair<std::string_view, std::int64_t> kRead[] = {
        {"0", 0},
        {"+0", 0},
        {"-0", 0},
        {"0s", 0},
        {"5s", 5000000000},
        {"30s", 30000000000},
        {"1478s", 1478000000000},
        {"-5s", -5000000000},
        {"+5s", 5000000000},
        {"5.0s", 5000000000},
        {"5.6s", 5600000000},
        {"5.s", 5000000000},
        {".5s", 500000000},
        {"-.5s", -500000000},
        {"1.0s", 1000000000},
        {"1.00s", 1000000000},
        {"1.004s", 1004000000},
        {"1.0040s", 1004000000},
        {"100.00100s", 100001000000},
        {"10ns", 10},
        {"11us", 11000},
        {"12µs", 12000},
        {"12μs", 12000},
        {"13ms", 13000000},
        {"14s", 14000000000},
        {"15m", 900000000000},
        {"16h", 57600000000000},
        {"3h30m", 12600000000000},
        {"10.5s4m", 250500000000},
        {"-2m3.4s", -123400000000},
        {"1h2m3s4ms5us6ns", 3723004005006},
        {"39h9m14.425s", 140954425000000},
        {"52763797000ns", 52763797000},
        {"0.3333333333333333333h", 1200000000000},
        {"9007199254740993ns", 9007199254740993},
        {"9223372036854775807ns", 9223372036854775807},
        {"9223372036854775.807us", 9223372036854775807},
        {"9223372036s854ms775us807ns", 9223372036854775807},
        {"-9223372036854775808ns", INT64_MIN},
        {"-9223372036854775.808us", INT64_MIN},
        {"-9223372036s854ms775us808ns", INT64_MIN},
        {"0.100000000000000000000h", 360000000000},
        {"0.830103483285477580700h", 2988372539827},
        {"1.5s", 1500000000},
        {"300ms", 300000000},
        {"1.9999999999s", 1999999999},
    };
    for (const auto& [text, count] : kRead) {
        const auto parsed = parse_duration(text);

        ASSERT_TRUE(std::holds_alternative<std::chrono::nanoseconds>(parsed))
            << text << ": " << std::get<std::string>(parsed);
        EXPECT_EQ(std::get<std::chrono::nanoseconds>(parsed).count(), count) << text;
    }
}

TEST(parse_duration, says_what_go_says) {
    constexpr std::pair<std::string_view, std::string_view> kRefused[] = {
        {"", "time: invalid duration \"\""},
        {"3", "time: missing unit in duration \"3\""},
        {"-", "time: invalid duration \"-\""},
        {"s", "time: invalid duration \"s\""},
        {".", "time: invalid duration \".\""},
        {"-.", "time: invalid duration \"-.\""},
        {".s", "time: invalid duration \".s\""},
        {"+.s", "time: invalid duration \"+.s\""},
        {"1d", "time: unknown unit \"d\" in duration \"1d\""},
        {"x", "time: invalid duration \"x\""},
        {"10m ", "time: unknown unit \"m \" in duration \"10m \""},
        {" 10m", "time: invalid duration \" 10m\""},
        {"1m x", "time: unknown unit \"m x\" in duration \"1m x\""},
        {"10 m", "time: unknown unit \" m\" in duration \"10 m\""},
        {"1e3s", "time: unknown unit \"e\" in duration \"1e3s\""},
        {"1,5s", "time: unknown unit \",\" in duration \"1,5s\""},
        {"0x10s", "time: unknown unit \"x\" in duration \"0x10s\""},
        {"--5s", "time: invalid duration \"--5s\""},
        {"00", "time: missing unit in duration \"00\""},
        {"9223372036854775810ns", "time: invalid duration \"9223372036854775810ns\""},
        {"9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\""},
        {"9223372036854775.808us", "time: invalid duration \"9223372036854775.808us\""},
        {"-9223372036854775809ns", "time: invalid duration \"-9223372036854775809ns\""},
        {"3000000h", "time: invalid duration \"3000000h\""},
        {"18446744073709551616s", "time: invalid duration \"18446744073709551616s\""},
        {"1m9223372036854775807ns", "time: invalid duration \"1m9223372036854775807ns\""},
        {"10\"m", "time: unknown unit \"\\\"m\" in duration \"10\\\"m\""},
        {"1.2.3s", "time: missing unit in duration \"1.2.3s\""},
        {"5S", "time: unknown unit \"S\" in duration \"5S\""},
    };
    for (const auto& [text, message] : kRefused) {
        const auto parsed = parse_duration(text);

        ASSERT_TRUE(std::holds_alternative<std::string>(parsed)) << text;
        EXPECT_EQ(std::get<std::string>(parsed), message);
    }
}

}  // namespace
}  // namespace aether::migrate
