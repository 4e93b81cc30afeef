// SPDX-License-Identifier: MIT
// Reads limits and lays one set over another.
#include <aether/migrate/limits.hpp>

#include <fmt/format.h>

#include "parse_duration.hpp"
#include "strings.hpp"

namespace aether::migrate {

Limits combine(const Limits& over, const Limits& under) {
    const auto either = [](const auto& first, const auto& second) { return first ? first : second; };
    return {either(over.table_lock_timeout, under.table_lock_timeout),
            either(over.retry_for, under.retry_for), either(over.statement_timeout, under.statement_timeout),
            either(over.idle_timeout, under.idle_timeout),
            either(over.client_check_interval, under.client_check_interval)};
}

std::variant<std::chrono::milliseconds, LimitFault> parse_limit(std::string_view text) {
    const auto parsed = parse_duration(text);
    if (const auto* message = std::get_if<std::string>(&parsed)) {
        return LimitFault{false, *message};
    }
    const auto duration = std::get<std::chrono::nanoseconds>(parsed);
    if (duration.count() < 0) {
        return LimitFault{true, fmt::format("duration {} is negative", go_quoted(text))};
    }
    if (duration > kLongestLimit) {
        return LimitFault{true, fmt::format("duration {} is longer than 24 days", go_quoted(text))};
    }
    return std::chrono::ceil<std::chrono::milliseconds>(duration);
}

}  // namespace aether::migrate
