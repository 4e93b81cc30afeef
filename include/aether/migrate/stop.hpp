// SPDX-License-Identifier: MIT
// How a caller ends a run early.
#pragma once

#include <stop_token>

namespace aether::migrate {

/// When a run is to end. Whoever requests a later one requests those before it first.
/// Threads: a stop may be requested from any thread, not from a signal handler.
struct StopTokens {
    std::stop_token finish;     ///< After the migration that runs now.
    std::stop_token roll_back;  ///< At once where that leaves no trace; otherwise as `finish`.
    std::stop_token abort;      ///< At once, even if that leaves the database dirty.
};

}  // namespace aether::migrate
