// SPDX-License-Identifier: MIT
// Reads the name of a migration file: its version, title and direction.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <aether/migrate/version.hpp>

namespace aether::migrate {

/// What a file name says. The form is DIGITS_TITLE.up.REST or DIGITS_TITLE.down.REST: ASCII digits,
/// lower-case direction; TITLE and REST may be empty and hold anything but a newline. The last ".up." or
/// ".down." decides.
struct FileName {
    std::optional<Version> version;  ///< Nothing: the number is above kMaxVersion.
    Direction direction = Direction::up;
    std::size_t title_begin = 0;  ///< Where in the name the title stands.
    std::size_t title_size = 0;
};

/// Returns nothing when the name is not that of a migration: golang-migrate ignores such files.
std::optional<FileName> parse_file_name(std::string_view name) noexcept;

}  // namespace aether::migrate
