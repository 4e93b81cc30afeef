// SPDX-License-Identifier: MIT
// How long a run may stand in the way of a busy database.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// Limits that a flag, the URL or a file's header may set; nothing: the default that stands beside it.
struct Limits {
    /// How long one try of a statement may queue for a lock on a table, while traffic queues behind it.
    /// Nothing: tries of 0.3, 0.5, 1.5, 3, 3 and then 5 s. Zero: without a limit.
    std::optional<std::chrono::milliseconds> table_lock_timeout;
    /// How long a migration is tried again after such a try, from its first one on. Nothing: 10 minutes.
    /// Zero: one try.
    std::optional<std::chrono::milliseconds> retry_for;
    /// How long the text of a file may run (with x-multi-statement each statement). Nothing or zero: no
    /// limit.
    std::optional<std::chrono::milliseconds> statement_timeout;
    /// After which silence of this process the server ends a session with an open transaction. Nothing: 60 s.
    /// Zero: never.
    std::optional<std::chrono::milliseconds> idle_timeout;
    /// How often the server looks whether this process is still there while a statement runs. Nothing: 1 s.
    /// Zero: never.
    std::optional<std::chrono::milliseconds> client_check_interval;

    friend bool operator==(const Limits&, const Limits&) = default;
};

/// Returns `over` where it is set and `under` elsewhere.
AETHER_MIGRATE_EXPORT Limits combine(const Limits& over, const Limits& under);

/// The longest limit: servers count milliseconds in 32 bits.
inline constexpr std::chrono::milliseconds kLongestLimit = std::chrono::hours(24 * 24);

/// Why a text is no limit.
struct LimitFault {
    bool out_of_range = false;  ///< It is a duration, but negative or above kLongestLimit.
    std::string message;        ///< `time: missing unit in duration "10"`
};

/// Reads a limit as Go's time.ParseDuration reads a duration: "300ms", "1.5s", "1h30m", "0". What is shorter
/// than a millisecond counts as one, since zero switches a limit off.
AETHER_MIGRATE_EXPORT std::variant<std::chrono::milliseconds, LimitFault> parse_limit(std::string_view text);

}  // namespace aether::migrate
