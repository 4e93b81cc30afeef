// SPDX-License-Identifier: MIT
// Time zones from the system's zone files, without the C library's process-wide TZ state.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "zone_rule.hpp"

namespace aether::migrate {

/// The clock changes of a zone: those that its file lists, then a rule.
class TimeZone {
public:
    /// UTC, without any file.
    TimeZone() = default;

    /// Reads the bytes of a zone file (TZif, RFC 8536). Returns nothing when they are none.
    static std::optional<TimeZone> parse(std::string_view file);

    ZoneClock at(std::chrono::sys_seconds moment) const;

private:
    struct Transition {
        std::chrono::sys_seconds when;
        std::size_t clock = 0;
    };

    std::vector<ZoneClock> clocks_{1};     // the first one is in force before all transitions
    std::vector<Transition> transitions_;  // ascending
    std::optional<ZoneRule> rule_;         // after the last transition
};

/// Finds a zone by its IANA name in the folder that the variable ZONEINFO names, then in the system's zone
/// folders.
/// "" and "UTC" are UTC. "Local" is the zone that the variable TZ names, else the system's; UTC when neither
/// can be read. The same as Go's time.LoadLocation, on which golang-migrate's users count. Throws Error
/// (invalid_argument): "unknown time zone Mars/Base"; for an absolute name and one with "..", "time: invalid
/// location name".
TimeZone load_time_zone(std::string_view name);

}  // namespace aether::migrate
