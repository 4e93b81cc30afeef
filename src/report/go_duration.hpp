// SPDX-License-Identifier: MIT
// Durations in the form that golang-migrate prints.
#pragma once

#include <chrono>
#include <string>

namespace aether::migrate {

/// Returns the duration as Go's time.Duration prints itself: "0s", "1.5µs", "12.345678ms", "1m0.5s",
/// "1h0m0s".
std::string go_duration(std::chrono::nanoseconds duration);

}  // namespace aether::migrate
