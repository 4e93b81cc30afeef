// SPDX-License-Identifier: MIT
// Points in time as the log and the answers write them.
#pragma once

#include <chrono>
#include <string>

namespace aether::server {

/// Returns "2026-11-23T16:27:42.123Z".
std::string time_text(std::chrono::system_clock::time_point time);

}  // namespace aether::server
