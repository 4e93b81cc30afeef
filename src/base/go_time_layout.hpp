// SPDX-License-Identifier: MIT
// Writes a time by a layout of Go's package time, the form of golang-migrate's -format.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "time_zone.hpp"

namespace aether::migrate {

/// Returns the time as the layout shows it. A layout shows by example how one moment is to be written,
/// Monday, 2 January 2006, 15:04:05 at -0700 (MST); what is no part of that moment is copied.
///
/// Year 2006 06 · month January Jan 01 1 · day 02 _2 2, of the year 002 __2 · weekday Monday Mon · hour 15 03
/// 3 · minute 04 4 · second 05 5 · half of the day PM pm · zone MST -0700 -07:00 -07 -070000 -07:00:00, with
/// Z in place of the minus sign: "Z" for UTC · fraction of the second .000 or ,000 (as many digits), .999 or
/// ,999 (without the zeros at its end).
std::string format_by_go_layout(std::chrono::system_clock::time_point time, std::string_view layout,
                                const TimeZone& zone);

}  // namespace aether::migrate
