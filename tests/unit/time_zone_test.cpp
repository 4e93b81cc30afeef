// SPDX-License-Identifier: MIT
// Zone files and the rules at their end. Expected clocks are those of Go's package time for the same files.
#include "../../src/base/time_zone.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/error.hpp>

#include "../../src/base/zone_rule.hpp"
#include "../support/folder.hpp"

namespace aether::migrate {
namespace {

using std::chrono::sys_seconds;

sys_seconds at_utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
    const std::chrono::sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return date + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::string shown(const ZoneClock& clock) {
    return clock.abbreviation + ' ' + std::to_string(clock.east_of_utc.count());
}

std::string by_rule(std::string_view rule, sys_seconds moment) {
    const std::optional<ZoneRule> parsed = parse_zone_rule(rule);
    return parsed ? shown(clock_by_rule(*parsed, moment)) : "no rule";
}

std::string big_endian(std::int64_t value, int size) {
    std::string bytes;
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(value >> shift & 0xFF);
    }
    return bytes;
}

struct FileClock {
    std::int32_t east;
    std::uint8_t name;
};

struct FileTransition {
    std::int64_t when;
    std::uint8_t clock;
};

struct FileParts {
    std::string names = std::string("LMT\0AAA\0BBB\0", 12);
    std::vector<FileClock> clocks{{100, 0}, {3600, 4}, {7200, 8}};
    std::vector<FileTransition> transitions{{1000, 1}, {2000, 2}, {3000, 1}};
    std::string footer;
};

std::string block(const FileParts& parts, char version, int time_size) {
    std::string bytes = "TZif";
    bytes += version;
    bytes += std::string(15, '\0');
    bytes += big_endian(0, 4) + big_endian(0, 4) + big_endian(0, 4);
    bytes += big_endian(static_cast<std::int64_t>(parts.transitions.size()), 4);
    bytes += big_endian(static_cast<std::int64_t>(parts.clocks.size()), 4);
    bytes += big_endian(static_cast<std::int64_t>(parts.names.size()), 4);
    for (const FileTransition& transition : parts.transitions) {
        bytes += big_endian(transition.when, time_size);
    }
    for (const FileTransition& transition : parts.transitions) {
        bytes += static_cast<char>(transition.clock);
    }
    for (const FileClock& clock : parts.clocks) {
        bytes += big_endian(clock.east, 4) + '\0' + static_cast<char>(clock.name);
    }
    return bytes + parts.names;
}

std::string version_1_file(const FileParts& parts) {
    return block(parts, '\0', 4);
}

std::string version_2_file(const FileParts& parts) {
    return block(
               {.names = std::string("OLD\0", 4), .clocks = {{-1, 0}}, .transitions = {{5, 0}}, .footer = ""},
               '2', 4) +
           block(parts, '2', 8) + '\n' + parts.footer + '\n';
}

std::string from_file(const std::string& bytes, std::int64_t moment) {
    const std::optional<TimeZone> zone = TimeZone::parse(bytes);
    return zone ? shown(zone->at(sys_seconds(std::chrono::seconds(moment)))) : "no zone";
}

/// Sets a variable of the environment, or takes it away, until the end of the test.
class ScopedVariable {
public:
    ScopedVariable(const char* name, const char* value) : name_(name) {
        if (const char* before = getenv(name)) {
            before_ = before;
        }
        value == nullptr ? unsetenv(name) : setenv(name, value, 1);
    }
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;
    ~ScopedVariable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

private:
    const char* name_;
    std::optional<std::string> before_;
};

/// A folder with the one zone Test/Zone, which is at AAA 3600 at second 1500, and a file that is no zone.
class ZoneFolder {
public:
    ZoneFolder() : variable_("ZONEINFO", path_.c_str()) {
        std::filesystem::create_directories(path_ / "Test" / "Folder");
        std::ofstream(path_ / "Test" / "Zone", std::ios::binary) << version_2_file({});
        std::ofstream(path_ / "README") << "no zone";
    }
    ZoneFolder(const ZoneFolder&) = delete;
    ZoneFolder& operator=(const ZoneFolder&) = delete;

    std::string path_of_zone() const { return (path_ / "Test" / "Zone").string(); }

private:
    Folder folder_;
    std::filesystem::path path_ = folder_.path();
    ScopedVariable variable_;
};

std::string loaded(std::string_view name) {
    return shown(load_time_zone(name).at(sys_seconds(std::chrono::seconds(1500))));
}

std::string refusal(std::string_view name) {
    try {
        load_time_zone(name);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        return error.what();
    }
    return "no error";
}

TEST(zone_rule, changes_the_clocks_to_the_second) {
    constexpr std::string_view kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";

    EXPECT_EQ(by_rule(kBerlin, at_utc(2026, 3, 29, 0, 59, 59)), "CET 3600");
    EXPECT_EQ(by_rule(kBerlin, at_utc(2026, 3, 29, 1)), "CEST 7200");
    EXPECT_EQ(by_rule(kBerlin, at_utc(2026, 10, 25, 0, 59, 59)), "CEST 7200");
    EXPECT_EQ(by_rule(kBerlin, at_utc(2026, 10, 25, 1)), "CET 3600");
}

TEST(zone_rule, begins_and_ends_the_year_in_daylight_time_in_the_south) {
    constexpr std::string_view kSydney = "AEST-10AEDT,M10.1.0,M4.1.0/3";

    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 1, 1)), "AEDT 39600");
    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 4, 4, 15, 59, 59)), "AEDT 39600");
    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 4, 4, 16)), "AEST 36000");
    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 10, 3, 15, 59, 59)), "AEST 36000");
    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 10, 3, 16)), "AEDT 39600");
    EXPECT_EQ(by_rule(kSydney, at_utc(2026, 12, 31, 23)), "AEDT 39600");
}

TEST(zone_rule, takes_negative_times_signs_and_names_in_angle_brackets) {
    constexpr std::string_view kNuuk = "<-02>2<-01>,M3.5.0/-1,M10.5.0/0";

    EXPECT_EQ(by_rule(kNuuk, at_utc(2026, 3, 29, 0, 59, 59)), "-02 -7200");
    EXPECT_EQ(by_rule(kNuuk, at_utc(2026, 3, 29, 1)), "-01 -3600");
    EXPECT_EQ(by_rule("<+0545>-5:45", at_utc(2026, 1, 1)), "+0545 20700");
    EXPECT_EQ(by_rule("ABC+1:02:03", at_utc(2026, 1, 1)), "ABC -3723");
}

TEST(zone_rule, takes_a_daylight_time_of_its_own_offset) {
    constexpr std::string_view kDublin = "IST-1GMT0,M10.5.0,M3.5.0/1";

    EXPECT_EQ(by_rule(kDublin, at_utc(2026, 1, 1)), "GMT 0");
    EXPECT_EQ(by_rule(kDublin, at_utc(2026, 7, 1)), "IST 3600");
}

TEST(zone_rule, counts_days_of_the_year_with_and_without_29_february) {
    EXPECT_EQ(by_rule("AAA0BBB,J60/0,J365/0", at_utc(2028, 2, 29, 23)), "AAA 0");
    EXPECT_EQ(by_rule("AAA0BBB,J60/0,J365/0", at_utc(2028, 3, 1)), "BBB 3600");
    EXPECT_EQ(by_rule("AAA0BBB,59/0,364/0", at_utc(2028, 2, 28, 23)), "AAA 0");
    EXPECT_EQ(by_rule("AAA0BBB,59/0,364/0", at_utc(2028, 2, 29)), "BBB 3600");
    EXPECT_EQ(by_rule("AAA0BBB,J59/0,J365/0", at_utc(2028, 2, 28)), "BBB 3600");
}

TEST(zone_rule, takes_the_last_week_of_a_month_that_has_only_four) {
    EXPECT_EQ(by_rule("AAA0BBB,M2.5.0/0,M12.5.0/0", at_utc(2026, 2, 21, 23)), "AAA 0");
    EXPECT_EQ(by_rule("AAA0BBB,M2.5.0/0,M12.5.0/0", at_utc(2026, 2, 22)), "BBB 3600");
    EXPECT_EQ(by_rule("AAA0BBB,M2.4.0/0,M12.5.0/0", at_utc(2026, 2, 22)), "BBB 3600");
}

TEST(zone_rule, refuses_other_texts) {
    for (const std::string_view text : {"",
                                        "A1",
                                        "AB0",
                                        "ABC",
                                        "<ABC0",
                                        "ABC168",
                                        "ABC0:60",
                                        "ABC0DEF,",
                                        "ABC0DEF,M3.5.0",
                                        "ABC0DEF,M13.1.0,M1.1.0",
                                        "ABC0DEF,M3.0.0,M1.1.0",
                                        "ABC0DEF,M3.1.7,M1.1.0",
                                        "ABC0DEF,J0,J1",
                                        "ABC0DEF,J366,J1",
                                        "ABC0DEF,0,366",
                                        "ABC0DEF,M3.5.0,M10.5.0x",
                                        "ABC0DEF,M3-5.0,M10.5.0",
                                        "ABC0 ",
                                        ":Europe/Berlin",
                                        "ABC99999999999999999999"}) {
        EXPECT_FALSE(parse_zone_rule(text)) << text;
    }
}

TEST(time_zone, is_utc_by_itself) {
    EXPECT_EQ(shown(TimeZone().at(at_utc(2026, 7, 1))), "UTC 0");
}

TEST(time_zone, finds_the_clock_between_two_transitions) {
    for (const std::string& file : {version_1_file({}), version_2_file({})}) {
        EXPECT_EQ(from_file(file, -5000000000), "LMT 100");
        EXPECT_EQ(from_file(file, 999), "LMT 100");
        EXPECT_EQ(from_file(file, 1000), "AAA 3600");
        EXPECT_EQ(from_file(file, 1999), "AAA 3600");
        EXPECT_EQ(from_file(file, 2000), "BBB 7200");
        EXPECT_EQ(from_file(file, 3000), "AAA 3600");
        EXPECT_EQ(from_file(file, 9000000000), "AAA 3600");
    }
}

TEST(time_zone, reads_times_beyond_32_bits_and_before_1970) {
    const std::string file =
        version_2_file({.transitions = {{-9000000000, 1}, {9000000000, 2}}, .footer = ""});

    EXPECT_EQ(from_file(file, -9000000001), "LMT 100");
    EXPECT_EQ(from_file(file, -9000000000), "AAA 3600");
    EXPECT_EQ(from_file(file, 9000000000), "BBB 7200");
    EXPECT_EQ(from_file(version_1_file({.transitions = {{-5, 1}}, .footer = ""}), -5), "AAA 3600");
}

TEST(time_zone, goes_on_by_the_rule_after_the_last_transition_only) {
    const std::string file = version_2_file({.footer = "XXX0"});

    EXPECT_EQ(from_file(file, 2999), "BBB 7200");
    EXPECT_EQ(from_file(file, 3000), "XXX 0");
    EXPECT_EQ(from_file(version_2_file({.transitions = {}, .footer = "XXX0"}), 0), "XXX 0");
}

TEST(time_zone, keeps_the_last_clock_when_the_rule_is_unreadable) {
    EXPECT_EQ(from_file(version_2_file({.footer = "?"}), 4000), "AAA 3600");
}

TEST(time_zone, refuses_files_that_are_cut_off_anywhere) {
    const std::string file = version_2_file({.footer = ""});
    const std::size_t whole = file.size() - 2;  // the footer's two newlines may be missing

    for (std::size_t size = 0; size < whole; ++size) {
        EXPECT_FALSE(TimeZone::parse(std::string_view(file).substr(0, size))) << size;
    }
    EXPECT_TRUE(TimeZone::parse(std::string_view(file).substr(0, whole)));
}

TEST(time_zone, refuses_files_with_impossible_parts) {
    EXPECT_EQ(from_file("no zone file, but long enough to hold a header of 44 bytes", 0), "no zone");
    EXPECT_EQ(from_file(version_1_file({.clocks = {}, .transitions = {}, .footer = ""}), 0), "no zone");
    EXPECT_EQ(from_file(version_1_file({.clocks = {{0, 12}}, .transitions = {}, .footer = ""}), 0),
              "no zone");
    EXPECT_EQ(from_file(version_1_file({.transitions = {{1, 3}}, .footer = ""}), 0), "no zone");
    EXPECT_EQ(from_file(version_1_file({.transitions = {{2, 1}, {2, 2}}, .footer = ""}), 0), "no zone");
    std::string huge = version_1_file({});
    huge.replace(32, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_EQ(from_file(huge, 0), "no zone");
}

TEST(load_time_zone, finds_a_zone_by_its_name) {
    const ZoneFolder folder;

    EXPECT_EQ(loaded("Test/Zone"), "AAA 3600");
}

TEST(load_time_zone, gives_utc_for_utc_and_for_no_name) {
    const ZoneFolder folder;

    EXPECT_EQ(loaded("UTC"), "UTC 0");
    EXPECT_EQ(loaded(""), "UTC 0");
}

TEST(load_time_zone, refuses_names_without_a_zone_file) {
    const ZoneFolder folder;

    EXPECT_EQ(refusal("Mars/Base"), "unknown time zone Mars/Base");
    EXPECT_EQ(refusal("test/zone"), "unknown time zone test/zone");
    EXPECT_EQ(refusal("Test/Folder"), "unknown time zone Test/Folder");
    EXPECT_EQ(refusal("README"), "unknown time zone README");
}

TEST(load_time_zone, refuses_names_that_lead_out_of_the_folder) {
    const ZoneFolder folder;

    const std::string absolute = folder.path_of_zone();

    for (const std::string& name :
         {absolute, std::string("Test/../Test/Zone"), std::string(".."), std::string("a..b"),
          std::string("\\x"), std::string("Test/Zone\0x", 11)}) {
        EXPECT_EQ(refusal(name), "time: invalid location name") << name;
    }
}

TEST(load_time_zone, takes_the_zone_that_tz_names_as_local) {
    const ZoneFolder folder;

    const std::string path = folder.path_of_zone();

    for (const std::string& value : {std::string("Test/Zone"), std::string(":Test/Zone"), path, ":" + path}) {
        const ScopedVariable variable("TZ", value.c_str());

        EXPECT_EQ(loaded("Local"), "AAA 3600") << value;
    }
}

TEST(load_time_zone, takes_utc_as_local_when_tz_names_no_file) {
    const ZoneFolder folder;

    for (const char* value : {"", "UTC", "Mars/Base", "CET-1CEST", "/nowhere", "README"}) {
        const ScopedVariable variable("TZ", value);

        EXPECT_EQ(loaded("Local"), "UTC 0") << value;
    }
}

TEST(load_time_zone, takes_the_zone_of_the_system_as_local_without_tz) {
    const ZoneFolder folder;

    const ScopedVariable variable("TZ", nullptr);

    EXPECT_NO_THROW(load_time_zone("Local"));
}

}  // namespace
}  // namespace aether::migrate
