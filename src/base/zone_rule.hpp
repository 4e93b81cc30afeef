// SPDX-License-Identifier: MIT
// The rule at the end of a zone file by which a time zone goes on for ever: a POSIX TZ text.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace aether::migrate {

/// What the clocks of a zone show at some moment.
struct ZoneClock {
    std::chrono::seconds east_of_utc{0};
    std::string abbreviation = "UTC";
};

/// When the clocks change, each year anew.
struct ZoneChange {
    enum class Day {
        weekday_of_month,  ///< M month.week.weekday: week 1 to 5 (the last one), weekday from Sunday 0
        julian,            ///< J day: 1 to 365, 29 February is never counted
        day_of_year        ///< day: 0 to 365, 29 February is counted
    };

    Day kind = Day::weekday_of_month;
    unsigned month = 0;
    unsigned week = 0;
    unsigned day = 0;
    std::chrono::seconds time{0};  ///< From local midnight on; may be negative and longer than a day.
};

/// A standard time and, where the zone has one, a second time with the two yearly changes between them.
struct ZoneRule {
    struct Daylight {
        ZoneClock clock;
        ZoneChange begin;
        ZoneChange end;
    };

    ZoneClock standard;
    std::optional<Daylight> daylight;
};

/// Reads "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536, section 3.3). Returns nothing when the text has another
/// form.
std::optional<ZoneRule> parse_zone_rule(std::string_view text);

/// Returns what the clocks show by a rule.
ZoneClock clock_by_rule(const ZoneRule& rule, std::chrono::sys_seconds moment);

}  // namespace aether::migrate
