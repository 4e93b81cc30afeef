// SPDX-License-Identifier: MIT
// Reads durations as Go does, in the steps of its time.ParseDuration.
#include "parse_duration.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "strings.hpp"

namespace aether::migrate {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;  // the first magnitude that does not fit

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 8> kUnits{{
    {"ns", 1},
    {"us", 1'000},
    {"µs", 1'000},  // U+00B5, the micro sign
    {"μs", 1'000},  // U+03BC, the Greek letter
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
}};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::uint64_t digit_of(char c) {
    return static_cast<std::uint64_t>(c - '0');
}

std::string_view take_digits(std::string_view& rest) {
    std::size_t count = 0;
    while (count < rest.size() && is_digit(rest[count])) {
        ++count;
    }
    const std::string_view digits = rest.substr(0, count);
    rest.remove_prefix(count);
    return digits;
}

std::string_view take_unit(std::string_view& rest) {
    std::size_t count = 0;
    while (count < rest.size() && rest[count] != '.' && !is_digit(rest[count])) {
        ++count;
    }
    const std::string_view unit = rest.substr(0, count);
    rest.remove_prefix(count);
    return unit;
}

std::optional<std::uint64_t> whole_of(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (value > kLimit / 10) {
            return std::nullopt;
        }
        value = value * 10 + digit_of(c);
        if (value > kLimit) {
            return std::nullopt;
        }
    }
    return value;
}

/// Returns how much of a unit the digits behind a point are. Digits that don't fit any more don't count.
std::uint64_t fraction_of(std::string_view digits, std::uint64_t unit) {
    std::uint64_t value = 0;
    double scale = 1;
    for (const char c : digits) {
        if (value > (kLimit - 1) / 10 || value * 10 + digit_of(c) > kLimit) {
            break;
        }
        value = value * 10 + digit_of(c);
        scale *= 10;
    }
    return static_cast<std::uint64_t>(static_cast<double>(value) * (static_cast<double>(unit) / scale));
}

std::optional<std::uint64_t> find_unit(std::string_view name) {
    for (const auto& [unit, nanoseconds] : kUnits) {
        if (unit == name) {
            return nanoseconds;
        }
    }
    return std::nullopt;
}

std::string invalid(std::string_view text) {
    return fmt::format("time: invalid duration {}", go_quoted(text));
}

/// Takes one number with its unit from the front of `rest`.
std::variant<std::uint64_t, std::string> take_term(std::string_view& rest, std::string_view text) {
    const std::string_view whole = take_digits(rest);
    std::string_view fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_digits(rest);
    }
    const std::optional<std::uint64_t> value = whole_of(whole);
    if ((whole.empty() && fraction.empty()) || !value) {
        return invalid(text);
    }
    const std::string_view name = take_unit(rest);
    if (name.empty()) {
        return fmt::format("time: missing unit in duration {}", go_quoted(text));
    }
    const std::optional<std::uint64_t> unit = find_unit(name);
    if (!unit) {
        return fmt::format("time: unknown unit {} in duration {}", go_quoted(name), go_quoted(text));
    }
    if (*value > kLimit / *unit) {
        return invalid(text);
    }
    return *value * *unit + fraction_of(fraction, *unit);
}

}  // namespace

std::variant<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    if (rest == "0") {
        return std::chrono::nanoseconds(0);
    }
    if (rest.empty()) {
        return invalid(text);
    }
    std::uint64_t total = 0;
    while (!rest.empty()) {
        const auto term = take_term(rest, text);
        if (const auto* message = std::get_if<std::string>(&term)) {
            return *message;
        }
        const std::uint64_t value = std::get<std::uint64_t>(term);
        if (value > kLimit || total + value > kLimit) {
            return invalid(text);
        }
        total += value;
    }
    if (total == kLimit && !negative) {
        return invalid(text);
    }
    return std::chrono::nanoseconds(static_cast<std::int64_t>(negative ? 0 - total : total));
}

}  // namespace aether::migrate
