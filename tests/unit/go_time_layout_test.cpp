// SPDX-License-Identifier: MIT
// Go's time layouts. Every expected text was printed by Go's package time.
#include "../../src/base/go_time_layout.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

#include "../../src/base/time_zone.hpp"

namespace aether::migrate {
namespace {

using std::chrono::system_clock;

system_clock::time_point moment(std::int64_t seconds, std::int64_t nanoseconds = 0) {
    return system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(
        std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds)));
}

// Thursday, 5 February 2009, 04:03:07.012345600 UTC.
const system_clock::time_point kMorning = moment(1233806587, 12345600);
// Sunday, 31 December 2028, 23:59:58.5 UTC.
const system_clock::time_point kEvening = moment(1861919998, 500000000);

/// A zone file of one clock.
TimeZone fixed_zone(std::int32_t east, const std::string& name) {
    std::string file = "TZif" + std::string(1 + 15 + 4 * 4, '\0');
    const auto append = [&](std::uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            file += static_cast<char>(value >> shift & 0xFF);
        }
    };
    append(1);
    append(static_cast<std::uint32_t>(name.size() + 1));
    append(static_cast<std::uint32_t>(east));
    file += std::string(2, '\0') + name + '\0';
    return TimeZone::parse(file).value();
}

std::string morning(std::string_view layout) {
    return format_by_go_layout(kMorning, layout, TimeZone());
}
std::string evening(std::string_view layout) {
    return format_by_go_layout(kEvening, layout, TimeZone());
}

struct Case {
    std::string_view layout;
    std::string_view text;
};

TEST(go_time_layout, writes_every_element_of_date_and_clock) {
    for (const Case& wanted : std::initializer_list<Case>{{"2006", "2009"},
                                                          {"06", "09"},
                                                          {"January", "February"},
                                                          {"Jan", "Feb"},
                                                          {"01", "02"},
                                                          {"1", "2"},
                                                          {"02", "05"},
                                                          {"2", "5"},
                                                          {"_2", " 5"},
                                                          {"002", "036"},
                                                          {"__2", " 36"},
                                                          {"_2006", "_2009"},
                                                          {"Monday", "Thursday"},
                                                          {"Mon", "Thu"},
                                                          {"15", "04"},
                                                          {"03", "04"},
                                                          {"3", "4"},
                                                          {"04", "03"},
                                                          {"4", "3"},
                                                          {"05", "07"},
                                                          {"5", "7"},
                                                          {"PM", "AM"},
                                                          {"pm", "am"},
                                                          {"MST", "UTC"},
                                                          {"-0700", "+0000"},
                                                          {"Z0700", "Z"},
                                                          {"", ""},
                                                          {"20060102150405", "20090205040307"}}) {
        EXPECT_EQ(morning(wanted.layout), wanted.text) << wanted.layout;
    }
}

TEST(go_time_layout, writes_the_afternoon_the_last_day_and_a_leap_year) {
    for (const Case& wanted : std::initializer_list<Case>{{"15", "23"},
                                                          {"03", "11"},
                                                          {"3", "11"},
                                                          {"PM", "PM"},
                                                          {"pm", "pm"},
                                                          {"_2", "31"},
                                                          {"002", "366"},
                                                          {"__2", "366"},
                                                          {"Mon Jan", "Sun Dec"},
                                                          {"Monday", "Sunday"},
                                                          {"January", "December"},
                                                          {"06", "28"}}) {
        EXPECT_EQ(evening(wanted.layout), wanted.text) << wanted.layout;
    }
}

TEST(go_time_layout, calls_midnight_and_noon_twelve) {
    EXPECT_EQ(format_by_go_layout(moment(0), "3PM 03PM 15", TimeZone()), "12AM 12AM 00");
    EXPECT_EQ(format_by_go_layout(moment(43200), "3pm 03pm 15", TimeZone()), "12pm 12pm 12");
}

TEST(go_time_layout, writes_fractions_with_and_without_the_zeros_at_their_end) {
    for (const Case& wanted : std::initializer_list<Case>{{".000", ".012"},
                                                          {",000", ",012"},
                                                          {".0", ".0"},
                                                          {".000000", ".012345"},
                                                          {".000000000", ".012345600"},
                                                          {".000000000000", ".012345600"},
                                                          {".999", ".012"},
                                                          {",999999999", ",0123456"},
                                                          {".99", ".01"},
                                                          {".9", ""},
                                                          {".999999999999", ".0123456"},
                                                          {"05.000", "07.012"}}) {
        EXPECT_EQ(morning(wanted.layout), wanted.text) << wanted.layout;
    }
    EXPECT_EQ(format_by_go_layout(moment(7), "05.999", TimeZone()), "07");
    EXPECT_EQ(format_by_go_layout(moment(7), "05.000", TimeZone()), "07.000");
}

TEST(go_time_layout, takes_a_fraction_with_another_digit_behind_it_as_text) {
    EXPECT_EQ(morning(".0007"), ".0007");
    EXPECT_EQ(morning(".990"), ".990");
    EXPECT_EQ(morning(".00x"), ".01x");
    EXPECT_EQ(morning("."), ".");
    EXPECT_EQ(morning(".8"), ".8");
}

TEST(go_time_layout, writes_offsets_in_all_forms) {
    const TimeZone east = fixed_zone(20700, "NPT");
    const TimeZone west = fixed_zone(-12600, "NST");
    const TimeZone odd = fixed_zone(-17762, "LMT");

    EXPECT_EQ(format_by_go_layout(kMorning, "-0700 -07:00 -07 -070000 -07:00:00 MST", east),
              "+0545 +05:45 +05 +054500 +05:45:00 NPT");
    EXPECT_EQ(format_by_go_layout(kMorning, "Z0700 Z07:00 Z07 Z070000 Z07:00:00", west),
              "-0330 -03:30 -03 -033000 -03:30:00");
    EXPECT_EQ(format_by_go_layout(kMorning, "-0700 -07:00 -07 -070000 Z07:00:00", odd),
              "-0456 -04:56 -04 -045602 -04:56:02");
    EXPECT_EQ(morning("Z0700 Z07:00 Z07 Z070000 Z07:00:00"), "Z Z Z Z Z");
    EXPECT_EQ(morning("-0700 -07:00 -07 -070000 -07:00:00"), "+0000 +00:00 +00 +000000 +00:00:00");
}

TEST(go_time_layout, shows_the_clock_of_the_zone_on_its_own_day) {
    EXPECT_EQ(format_by_go_layout(kEvening, "2006-01-02 15:04:05 Mon 002", fixed_zone(7200, "EET")),
              "2029-01-01 01:59:58 Mon 001");
    EXPECT_EQ(format_by_go_layout(moment(0), "2006-01-02 15:04:05", fixed_zone(-3600, "X")),
              "1969-12-31 23:00:00");
}

TEST(go_time_layout, writes_moments_before_1970) {
    EXPECT_EQ(format_by_go_layout(moment(-1, 250000000), "2006-01-02T15:04:05.000", TimeZone()),
              "1969-12-31T23:59:59.250");
}

TEST(go_time_layout, copies_what_is_no_element) {
    for (const Case& wanted : std::initializer_list<Case>{{"abc", "abc"},
                                                          {"Month", "Month"},
                                                          {"Janus", "Janus"},
                                                          {"Monk", "Monk"},
                                                          {"MonK", "ThuK"},
                                                          {"Januaryx", "Februaryx"},
                                                          {"MS", "MS"},
                                                          {"P", "P"},
                                                          {"_", "_"},
                                                          {"__", "__"},
                                                          {"00", "00"},
                                                          {"07", "07"},
                                                          {"7890", "7890"},
                                                          {"-08", "-08"},
                                                          {"Z", "Z"},
                                                          {"caf\xC3\xA9", "caf\xC3\xA9"}}) {
        EXPECT_EQ(morning(wanted.layout), wanted.text) << wanted.layout;
    }
}

TEST(go_time_layout, takes_the_longest_element_where_several_begin_alike) {
    for (const Case& wanted : std::initializer_list<Case>{{"0102", "0205"},
                                                          {"20062", "20095"},
                                                          {"200", "500"},
                                                          {"115", "204"},
                                                          {"15", "04"},
                                                          {"0001", "0002"},
                                                          {"0020", "0360"},
                                                          {"_22006", " 52009"},
                                                          {"__20", " 360"},
                                                          {"-07000", "+00000"},
                                                          {"-07:0", "+00:0"},
                                                          {"20060102T150405Z", "20090205T040307Z"}}) {
        EXPECT_EQ(morning(wanted.layout), wanted.text) << wanted.layout;
    }
}

}  // namespace
}  // namespace aether::migrate
