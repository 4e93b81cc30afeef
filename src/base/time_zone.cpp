// SPDX-License-Identifier: MIT
// Reads zone files. Debian 12's libraries for this misread some: cctz 2.3 those that zic writes by default
// now (with few transitions and a rule), date 3.0.1 every date after the last transition.
#include "time_zone.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <aether/migrate/error.hpp>

namespace aether::migrate {
namespace {

using std::chrono::sys_seconds;

/// Takes big-endian numbers and pieces off the front of a file's bytes. Past the end everything is zero and
/// good() is false.
class ByteReader {
public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    bool good() const { return good_; }
    std::string_view rest() const { return rest_; }

    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) {
            good_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view piece = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return piece;
    }

    std::uint8_t byte() {
        const std::string_view piece = take(1);
        return piece.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(piece.front());
    }

    std::uint64_t number(std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t index = 0; index < size; ++index) {
            value = value << 8 | byte();
        }
        return value;
    }

    std::int64_t signed_number(std::size_t size) {
        const std::uint64_t value = number(size);
        return size == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
    }

private:
    std::string_view rest_;
    bool good_ = true;
};

/// The 44 bytes before each of a file's one or two blocks.
struct Header {
    char version = 0;
    std::uint64_t utc_flags = 0;
    std::uint64_t standard_flags = 0;
    std::uint64_t leap_seconds = 0;
    std::uint64_t transitions = 0;
    std::uint64_t clocks = 0;
    std::uint64_t name_bytes = 0;
};

std::optional<Header> read_header(ByteReader& reader) {
    if (reader.take(4) != "TZif") {
        return std::nullopt;
    }
    Header header;
    header.version = static_cast<char>(reader.byte());
    reader.take(15);
    for (std::uint64_t* count : {&header.utc_flags, &header.standard_flags, &header.leap_seconds,
                                 &header.transitions, &header.clocks, &header.name_bytes}) {
        *count = reader.number(4);
    }
    return reader.good() ? std::optional(header) : std::nullopt;
}

/// Skips the block of 32-bit times that newer files carry for old readers.
void skip_block(ByteReader& reader, const Header& header) {
    reader.take(header.transitions * 5 + header.clocks * 6 + header.name_bytes + header.leap_seconds * 8 +
                header.standard_flags + header.utc_flags);
}

/// Returns nothing when an entry's name lies outside of the names.
std::optional<std::vector<ZoneClock>> read_clocks(ByteReader reader, std::uint64_t count,
                                                  std::string_view names) {
    std::vector<ZoneClock> clocks;
    for (std::uint64_t index = 0; index < count; ++index) {
        const std::chrono::seconds east(reader.signed_number(4));
        reader.byte();  // whether it is daylight time: of no use here
        const std::size_t name = reader.byte();
        if (name >= names.size()) {
            return std::nullopt;
        }
        const std::string_view from = names.substr(name);
        clocks.push_back({east, std::string(from.substr(0, from.find('\0')))});
    }
    return clocks;
}

/// No zone file is larger than a few kilobytes.
constexpr std::size_t kLargestZoneFile = 1 << 20;

std::optional<std::string> read_zone_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string bytes(kLargestZoneFile, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

std::vector<std::filesystem::path> zone_folders() {
    std::vector<std::filesystem::path> folders{"/usr/share/zoneinfo", "/usr/share/lib/zoneinfo",
                                               "/usr/lib/locale/TZ", "/etc/zoneinfo"};
    if (const char* own = std::getenv("ZONEINFO"); own != nullptr && *own != '\0') {
        folders.insert(folders.begin(), own);
    }
    return folders;
}

/// Returns nothing when the path names no zone file.
std::optional<TimeZone> load_file(const std::filesystem::path& path) {
    const std::optional<std::string> bytes = read_zone_file(path);
    return bytes ? TimeZone::parse(*bytes) : std::nullopt;
}

std::optional<TimeZone> find_zone(const std::string& name) {
    for (const std::filesystem::path& folder : zone_folders()) {
        if (std::optional<TimeZone> zone = load_file(folder / name)) {
            return zone;
        }
    }
    return std::nullopt;
}

/// Go reads TZ as a file's name only: a POSIX rule in TZ is UTC to it.
TimeZone local_zone() {
    const char* variable = std::getenv("TZ");
    if (variable == nullptr) {
        return load_file("/etc/localtime").value_or(TimeZone());
    }
    std::string name = variable;
    if (name.starts_with(':')) {
        name.erase(0, 1);
    }
    if (name.starts_with('/')) {
        return load_file(name).value_or(TimeZone());
    }
    return name.empty() ? TimeZone() : find_zone(name).value_or(TimeZone());
}

}  // namespace

std::optional<TimeZone> TimeZone::parse(std::string_view file) {
    ByteReader reader(file);
    std::optional<Header> header = read_header(reader);
    if (!header) {
        return std::nullopt;
    }
    std::size_t time_size = 4;
    if (header->version >= '2') {
        skip_block(reader, *header);
        header = read_header(reader);
        if (!header) {
            return std::nullopt;
        }
        time_size = 8;
    }

    ByteReader times(reader.take(header->transitions * time_size));
    ByteReader indexes(reader.take(header->transitions));
    const ByteReader clocks(reader.take(header->clocks * 6));
    const std::string_view names = reader.take(header->name_bytes);
    reader.take(header->leap_seconds * (time_size + 4) + header->standard_flags + header->utc_flags);
    if (!reader.good() || header->clocks == 0) {
        return std::nullopt;
    }

    std::optional<std::vector<ZoneClock>> listed = read_clocks(clocks, header->clocks, names);
    if (!listed) {
        return std::nullopt;
    }
    TimeZone zone;
    zone.clocks_ = *std::move(listed);
    for (std::uint64_t index = 0; index < header->transitions; ++index) {
        const Transition transition{sys_seconds(std::chrono::seconds(times.signed_number(time_size))),
                                    indexes.byte()};
        const bool ascending = zone.transitions_.empty() || zone.transitions_.back().when < transition.when;
        if (!ascending || transition.clock >= zone.clocks_.size()) {
            return std::nullopt;
        }
        zone.transitions_.push_back(transition);
    }
    if (std::string_view footer = reader.rest(); footer.size() > 2 && footer.front() == '\n') {
        footer.remove_prefix(1);
        zone.rule_ = parse_zone_rule(footer.substr(0, footer.find('\n')));
    }
    return zone;
}

ZoneClock TimeZone::at(sys_seconds moment) const {
    const auto later = std::ranges::upper_bound(transitions_, moment, {}, &Transition::when);
    if (later == transitions_.end() && rule_) {
        return clock_by_rule(*rule_, moment);
    }
    return clocks_[later == transitions_.begin() ? 0 : std::prev(later)->clock];
}

TimeZone load_time_zone(std::string_view name) {
    if (name.empty() || name == "UTC") {
        return {};
    }
    if (name == "Local") {
        return local_zone();
    }
    const bool outside =
        name.find("..") != std::string_view::npos || name.front() == '/' || name.front() == '\\';
    if (outside || name.find('\0') != std::string_view::npos) {
        throw Error(ErrorCode::invalid_argument, "time: invalid location name");
    }
    if (std::optional<TimeZone> zone = find_zone(std::string(name))) {
        return *std::move(zone);
    }
    throw Error(ErrorCode::invalid_argument, "unknown time zone " + std::string(name));
}

}  // namespace aether::migrate
