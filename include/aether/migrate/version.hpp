// SPDX-License-Identifier: MIT
// The number of a migration, and the version of this library.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <aether/migrate/export.hpp>

namespace aether::migrate {

/// The number of a migration, 0 to 2^63-1. "No migration applied" is an empty optional, never a number.
///
/// The upper bound is that of the version column (bigint) which golang-migrate made; its own file names may
/// carry larger numbers, with which it panics or loops (golang-migrate 4.17.0 and 4.19, measured).
struct Version {
    std::int64_t number = 0;

    friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

/// The largest version that every supported database can store.
inline constexpr Version kMaxVersion{INT64_MAX};

/// Which half of a migration runs.
enum class Direction { up, down };

/// Returns "up" or "down".
AETHER_MIGRATE_EXPORT std::string_view name_of(Direction direction) noexcept;

/// Reads plain decimal digits (leading zeros allowed, no sign).
/// Returns nothing when the text is anything else or above kMaxVersion.
AETHER_MIGRATE_EXPORT std::optional<Version> parse_version(std::string_view digits) noexcept;

/// Returns the number in decimal, or "-1" for no version: the form that golang-migrate prints and stores.
AETHER_MIGRATE_EXPORT std::string to_string(const std::optional<Version>& version);

/// Returns the same for a sentence: "version 7", or "no version".
AETHER_MIGRATE_EXPORT std::string in_words(const std::optional<Version>& version);

/// Returns the version of this library as "MAJOR.MINOR.PATCH".
AETHER_MIGRATE_EXPORT std::string_view library_version() noexcept;

}  // namespace aether::migrate
