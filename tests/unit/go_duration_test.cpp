// SPDX-License-Identifier: MIT
// Durations against what Go's time.Duration prints.
#include "../../src/report/go_duration.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace aether::migrate {
namespace {

TEST(go_duration, prints_what_go_prints) {
    // Left a number of nanoseconds, right the text that Go 1.26 printed for it.
    constexpr std::pair<std::int64_t, std::string_view> kPrinted[] = {
        {0, "0s"},
        {1, "1ns"},
        {999, "999ns"},
        {1000, "1µs"},
        {1001, "1.001µs"},
        {1010, "1.01µs"},
        {1100, "1.1µs"},
        {999999, "999.999µs"},
        {1000000, "1ms"},
        {12345678, "12.345678ms"},
        {12000000, "12ms"},
        {100000000, "100ms"},
        {999999999, "999.999999ms"},
        {1000000000, "1s"},
        {1500000000, "1.5s"},
        {59999999999, "59.999999999s"},
        {60000000000, "1m0s"},
        {60500000000, "1m0.5s"},
        {3599999999999, "59m59.999999999s"},
        {3600000000000, "1h0m0s"},
        {3661000000001, "1h1m1.000000001s"},
        {90061000000000, "25h1m1s"},
        {-1, "-1ns"},
        {-2000000, "-2ms"},
        {-90000000000, "-1m30s"},
        {INT64_MAX, "2562047h47m16.854775807s"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };
    for (const auto& [count, text] : kPrinted) {
        EXPECT_EQ(go_duration(std::chrono::nanoseconds(count)), text) << count;
    }
}

}  // namespace
}  // namespace aether::migrate
