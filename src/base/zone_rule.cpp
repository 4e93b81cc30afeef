// SPDX-License-Identifier: MIT
// Reads POSIX TZ texts and finds the clock that they give.
#include "zone_rule.hpp"

#include <cstddef>

namespace aether::migrate {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Reads a TZ text piece by piece. After the first piece that does not fit all others fail too.
class RuleReader {
public:
    explicit RuleReader(std::string_view text) : rest_(text) {}

    bool good() const { return good_; }
    bool at_end() const { return rest_.empty(); }
    bool sees(char letter) const { return rest_.starts_with(letter); }

    bool skip(char letter) {
        if (!sees(letter)) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    void demand(char letter) { good_ = skip(letter) && good_; }

    /// A name is at least three letters, or anything between angle brackets.
    std::string name() {
        if (skip('<')) {
            const std::string quoted(taken(rest_.find('>')));
            demand('>');
            return quoted;
        }
        const std::string plain(taken(rest_.find_first_of("0123456789,+-")));
        good_ = good_ && plain.size() >= 3;
        return plain;
    }

    unsigned number(unsigned lowest, unsigned highest) {
        unsigned value = 0;
        bool any = false;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && value <= highest) {
            value = value * 10 + static_cast<unsigned>(rest_.front() - '0');
            rest_.remove_prefix(1);
            any = true;
        }
        good_ = good_ && any && value >= lowest && value <= highest;
        return value;
    }

    /// [+-]hh[:mm[:ss]]. Zone files use up to a week (167 hours) where POSIX stops at a day.
    seconds time() {
        const bool negative = skip('-');
        if (!negative) {
            skip('+');
        }
        seconds sum = std::chrono::hours(number(0, 167));
        if (skip(':')) {
            sum += std::chrono::minutes(number(0, 59));
            if (skip(':')) {
                sum += seconds(number(0, 59));
            }
        }
        return negative ? -sum : sum;
    }

    ZoneChange change() {
        ZoneChange change;
        if (skip('M')) {
            change.month = number(1, 12);
            demand('.');
            change.week = number(1, 5);
            demand('.');
            change.day = number(0, 6);
        } else if (skip('J')) {
            change.kind = ZoneChange::Day::julian;
            change.day = number(1, 365);
        } else {
            change.kind = ZoneChange::Day::day_of_year;
            change.day = number(0, 365);
        }
        change.time = skip('/') ? time() : std::chrono::hours(2);
        return change;
    }

private:
    std::string_view taken(std::size_t length) {
        const std::string_view piece = rest_.substr(0, length);
        rest_.remove_prefix(piece.size());
        return piece;
    }

    std::string_view rest_;
    bool good_ = true;
};

sys_days day_of(const ZoneChange& change, std::chrono::year year) {
    const sys_days new_year = year / std::chrono::January / 1;
    switch (change.kind) {
        case ZoneChange::Day::julian:
            return new_year + days(change.day - 1) + days(year.is_leap() && change.day >= 60 ? 1 : 0);
        case ZoneChange::Day::day_of_year:
            return new_year + days(change.day);
        case ZoneChange::Day::weekday_of_month:
            break;
    }
    const std::chrono::month month(change.month);
    const std::chrono::weekday weekday(change.day);
    if (change.week == 5) {
        return year / month / weekday[std::chrono::last];
    }
    return year / month / weekday[change.week];
}

/// The time of a change is told by the clock that is in force before it.
sys_seconds moment_of(const ZoneChange& change, std::chrono::year year, const ZoneClock& before) {
    return day_of(change, year) + change.time - before.east_of_utc;
}

}  // namespace

std::optional<ZoneRule> parse_zone_rule(std::string_view text) {
    RuleReader reader(text);
    ZoneRule rule;
    rule.standard.abbreviation = reader.name();
    rule.standard.east_of_utc = -reader.time();  // the text counts what is to be added to local time
    if (!reader.at_end()) {
        ZoneRule::Daylight daylight;
        daylight.clock.abbreviation = reader.name();
        daylight.clock.east_of_utc =
            reader.sees(',') ? rule.standard.east_of_utc + std::chrono::hours(1) : -reader.time();
        reader.demand(',');
        daylight.begin = reader.change();
        reader.demand(',');
        daylight.end = reader.change();
        rule.daylight = daylight;
    }
    if (!reader.good() || !reader.at_end()) {
        return std::nullopt;
    }
    return rule;
}

ZoneClock clock_by_rule(const ZoneRule& rule, sys_seconds moment) {
    if (!rule.daylight) {
        return rule.standard;
    }
    const ZoneRule::Daylight& daylight = *rule.daylight;
    const std::chrono::year year = std::chrono::year_month_day(std::chrono::floor<days>(moment)).year();
    const sys_seconds begin = moment_of(daylight.begin, year, rule.standard);
    const sys_seconds end = moment_of(daylight.end, year, daylight.clock);
    // South of the equator the year begins and ends in daylight time.
    const bool in_daylight = begin <= end ? begin <= moment && moment < end : moment < end || begin <= moment;
    return in_daylight ? daylight.clock : rule.standard;
}

}  // namespace aether::migrate
