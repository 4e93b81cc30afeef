// SPDX-License-Identifier: MIT
// Small text helpers that drivers need and the standard library lacks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Returns the text with the ASCII letters A to Z in lower case, whatever the locale. Threads: any.
AETHER_MIGRATE_EXPORT std::string lower_case(std::string_view text);

/// Returns how many characters of UTF-8 begin in the first `bytes` bytes of a text, or in all of it when it
/// is shorter: ScriptFailure::position counts characters, where many servers count bytes. Threads: any.
AETHER_MIGRATE_EXPORT std::size_t characters_in(std::string_view text, std::size_t bytes);

}  // namespace aether::migrate::spi
