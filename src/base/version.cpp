// SPDX-License-Identifier: MIT
// Reads and prints migration numbers, and knows the version of this library.
#include <aether/migrate/version.hpp>

#include <charconv>
#include <system_error>

namespace aether::migrate {

std::string_view name_of(Direction direction) noexcept {
    switch (direction) {
        case Direction::up:
            return "up";
        case Direction::down:
            return "down";
    }
    return "";
}

std::optional<Version> parse_version(std::string_view digits) noexcept {
    // from_chars takes a minus sign, so the first character is looked at here.
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') {
        return std::nullopt;
    }
    Version version;
    const char* const end = digits.data() + digits.size();
    const std::from_chars_result result = std::from_chars(digits.data(), end, version.number);
    if (result.ec != std::errc() || result.ptr != end) {
        return std::nullopt;
    }
    return version;
}

std::string to_string(const std::optional<Version>& version) {
    return version ? std::to_string(version->number) : "-1";
}

std::string in_words(const std::optional<Version>& version) {
    return version ? "version " + to_string(version) : "no version";
}

std::string_view library_version() noexcept {
    // The build passes the number, so that it is written down once, in CMakeLists.txt.
    return AETHER_MIGRATE_VERSION;
}

}  // namespace aether::migrate
