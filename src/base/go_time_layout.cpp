// SPDX-License-Identifier: MIT
// The elements of Go's layouts as a table: a text, when it counts, and what stands in its place.
#include "go_time_layout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace aether::migrate {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};

/// A moment cut into what a wall clock and a calendar in its zone show.
struct WallTime {
    int year = 0;
    unsigned month = 0;        // from 1
    unsigned day = 0;          // from 1
    unsigned weekday = 0;      // from Sunday 0
    unsigned day_of_year = 0;  // from 1
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    unsigned nanosecond = 0;
    ZoneClock clock;

    unsigned hour_of_half() const { return hour % 12 == 0 ? 12 : hour % 12; }
};

WallTime wall_time(std::chrono::system_clock::time_point time, const TimeZone& zone) {
    const auto moment = std::chrono::floor<std::chrono::seconds>(time);
    const ZoneClock clock = zone.at(moment);
    const auto local = moment + clock.east_of_utc;
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock_face(local - day);
    const std::chrono::sys_days new_year = date.year() / std::chrono::January / 1;
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .weekday = std::chrono::weekday(day).c_encoding(),
            .day_of_year = static_cast<unsigned>((day - new_year).count()) + 1,
            .hour = static_cast<unsigned>(clock_face.hours().count()),
            .minute = static_cast<unsigned>(clock_face.minutes().count()),
            .second = static_cast<unsigned>(clock_face.seconds().count()),
            .nanosecond = static_cast<unsigned>(std::chrono::nanoseconds(time - moment).count()),
            .clock = clock};
}

/// How an offset from UTC is written.
enum class Zulu { never, for_utc };
enum class Parts { hours, minutes, seconds };

std::string offset_text(const WallTime& time, Zulu zulu, Parts parts, std::string_view separator) {
    const auto east = time.clock.east_of_utc.count();
    if (zulu == Zulu::for_utc && east == 0) {
        return "Z";
    }
    const auto size = east < 0 ? -east : east;
    std::string text = fmt::format("{}{:02}", east < 0 ? '-' : '+', size / 3600);
    if (parts != Parts::hours) {
        text += fmt::format("{}{:02}", separator, size / 60 % 60);
    }
    if (parts == Parts::seconds) {
        text += fmt::format("{}{:02}", separator, size % 60);
    }
    return text;
}

/// Whether an element counts before a small letter: "Month" is a word, no "Mon".
enum class BeforeSmallLetter { counts, is_text };

struct Element {
    std::string_view layout;
    std::string (*write)(const WallTime&);
    BeforeSmallLetter before_small_letter = BeforeSmallLetter::counts;
};

/// The first element that fits counts, so longer ones stand before their beginnings.
constexpr std::array kElements{
    Element{"January", [](const WallTime& time) { return std::string(kMonths[time.month - 1]); }},
    Element{"Jan", [](const WallTime& time) { return std::string(kMonths[time.month - 1].substr(0, 3)); },
            BeforeSmallLetter::is_text},
    Element{"Monday", [](const WallTime& time) { return std::string(kWeekdays[time.weekday]); }},
    Element{"Mon", [](const WallTime& time) { return std::string(kWeekdays[time.weekday].substr(0, 3)); },
            BeforeSmallLetter::is_text},
    Element{"MST", [](const WallTime& time) { return time.clock.abbreviation; }},
    Element{"002", [](const WallTime& time) { return fmt::format("{:03}", time.day_of_year); }},
    Element{"01", [](const WallTime& time) { return fmt::format("{:02}", time.month); }},
    Element{"02", [](const WallTime& time) { return fmt::format("{:02}", time.day); }},
    Element{"03", [](const WallTime& time) { return fmt::format("{:02}", time.hour_of_half()); }},
    Element{"04", [](const WallTime& time) { return fmt::format("{:02}", time.minute); }},
    Element{"05", [](const WallTime& time) { return fmt::format("{:02}", time.second); }},
    Element{"06", [](const WallTime& time) { return fmt::format("{:02}", time.year % 100); }},
    Element{"15", [](const WallTime& time) { return fmt::format("{:02}", time.hour); }},
    Element{"1", [](const WallTime& time) { return fmt::format("{}", time.month); }},
    Element{"2006", [](const WallTime& time) { return fmt::format("{:04}", time.year); }},
    Element{"2", [](const WallTime& time) { return fmt::format("{}", time.day); }},
    Element{"_2006", [](const WallTime& time) { return fmt::format("_{:04}", time.year); }},
    Element{"__2", [](const WallTime& time) { return fmt::format("{:3}", time.day_of_year); }},
    Element{"_2", [](const WallTime& time) { return fmt::format("{:2}", time.day); }},
    Element{"3", [](const WallTime& time) { return fmt::format("{}", time.hour_of_half()); }},
    Element{"4", [](const WallTime& time) { return fmt::format("{}", time.minute); }},
    Element{"5", [](const WallTime& time) { return fmt::format("{}", time.second); }},
    Element{"PM", [](const WallTime& time) { return std::string(time.hour < 12 ? "AM" : "PM"); }},
    Element{"pm", [](const WallTime& time) { return std::string(time.hour < 12 ? "am" : "pm"); }},
    Element{"-070000",
            [](const WallTime& time) { return offset_text(time, Zulu::never, Parts::seconds, ""); }},
    Element{"-07:00:00",
            [](const WallTime& time) { return offset_text(time, Zulu::never, Parts::seconds, ":"); }},
    Element{"-0700", [](const WallTime& time) { return offset_text(time, Zulu::never, Parts::minutes, ""); }},
    Element{"-07:00",
            [](const WallTime& time) { return offset_text(time, Zulu::never, Parts::minutes, ":"); }},
    Element{"-07", [](const WallTime& time) { return offset_text(time, Zulu::never, Parts::hours, ""); }},
    Element{"Z070000",
            [](const WallTime& time) { return offset_text(time, Zulu::for_utc, Parts::seconds, ""); }},
    Element{"Z07:00:00",
            [](const WallTime& time) { return offset_text(time, Zulu::for_utc, Parts::seconds, ":"); }},
    Element{"Z0700",
            [](const WallTime& time) { return offset_text(time, Zulu::for_utc, Parts::minutes, ""); }},
    Element{"Z07:00",
            [](const WallTime& time) { return offset_text(time, Zulu::for_utc, Parts::minutes, ":"); }},
    Element{"Z07", [](const WallTime& time) { return offset_text(time, Zulu::for_utc, Parts::hours, ""); }},
};

const Element* find_element(std::string_view layout) {
    for (const Element& element : kElements) {
        if (!layout.starts_with(element.layout)) {
            continue;
        }
        const char next = layout.size() > element.layout.size() ? layout[element.layout.size()] : ' ';
        const bool small_letter = next >= 'a' && next <= 'z';
        if (!small_letter || element.before_small_letter == BeforeSmallLetter::counts) {
            return &element;
        }
    }
    return nullptr;
}

/// Returns the length of a fraction such as ".000" or ",99" at the front: a point or comma and equal digits,
/// zeros or nines, with no other digit behind them. 0 when there is none.
std::size_t fraction_length(std::string_view layout) {
    if (layout.size() < 2 || (layout[0] != '.' && layout[0] != ',') ||
        (layout[1] != '0' && layout[1] != '9')) {
        return 0;
    }
    const std::size_t end = std::min(layout.find_first_not_of(layout[1], 1), layout.size());
    const bool digit_follows = end < layout.size() && layout[end] >= '0' && layout[end] <= '9';
    return digit_follows ? 0 : end;
}

std::string fraction_text(const WallTime& time, std::string_view fraction) {
    std::string digits = fmt::format("{:09}", time.nanosecond);
    digits.resize(std::min(digits.size(), fraction.size() - 1));
    if (fraction[1] == '9') {
        digits.erase(digits.find_last_not_of('0') + 1);
    }
    return digits.empty() ? digits : fraction.front() + digits;
}

}  // namespace

std::string format_by_go_layout(std::chrono::system_clock::time_point time, std::string_view layout,
                                const TimeZone& zone) {
    const WallTime wall = wall_time(time, zone);
    std::string text;
    while (!layout.empty()) {
        if (const std::size_t length = fraction_length(layout); length > 0) {
            text += fraction_text(wall, layout.substr(0, length));
            layout.remove_prefix(length);
        } else if (const Element* element = find_element(layout)) {
            text += element->write(wall);
            layout.remove_prefix(element->layout.size());
        } else {
            text += layout.front();
            layout.remove_prefix(1);
        }
    }
    return text;
}

}  // namespace aether::migrate
