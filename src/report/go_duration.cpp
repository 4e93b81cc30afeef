// SPDX-License-Identifier: MIT
// Durations in the form that golang-migrate prints.
#include "go_duration.hpp"

#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace aether::migrate {
namespace {

// Returns value / 10^digits as a decimal without trailing zeros.
std::string decimal(std::uint64_t value, int digits) {
    std::uint64_t scale = 1;
    for (int i = 0; i < digits; ++i) {
        scale *= 10;
    }
    std::string text = std::to_string(value / scale);
    if (value % scale == 0) {
        return text;
    }
    text += fmt::format(".{:0{}}", value % scale, digits);
    text.erase(text.find_last_not_of('0') + 1);
    return text;
}

}  // namespace

std::string go_duration(std::chrono::nanoseconds duration) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const std::int64_t count = duration.count();
    // Unsigned, because the smallest duration has no positive counterpart.
    const std::uint64_t total =
        count < 0 ? -static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    const std::string_view sign = count < 0 ? "-" : "";
    if (total == 0) {
        return "0s";
    }
    if (total < 1'000) {
        return fmt::format("{}{}ns", sign, total);
    }
    if (total < 1'000'000) {
        return fmt::format("{}{}µs", sign, decimal(total, 3));
    }
    if (total < kSecond) {
        return fmt::format("{}{}ms", sign, decimal(total, 6));
    }
    const std::uint64_t minutes = total / kSecond / 60;
    const std::string seconds = decimal(total - minutes * 60 * kSecond, 9);
    if (minutes == 0) {
        return fmt::format("{}{}s", sign, seconds);
    }
    if (minutes < 60) {
        return fmt::format("{}{}m{}s", sign, minutes, seconds);
    }
    return fmt::format("{}{}h{}m{}s", sign, minutes / 60, minutes % 60, seconds);
}

}  // namespace aether::migrate
