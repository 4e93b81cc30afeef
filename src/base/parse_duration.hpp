// SPDX-License-Identifier: MIT
// Reads durations as Go does.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace aether::migrate {

/// Reads a duration as Go's time.ParseDuration does: "300ms", "-1.5h", "2h45m", "0". Returns Go's message
/// when it can't: `time: missing unit in duration "10"`.
std::variant<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

}  // namespace aether::migrate
