// SPDX-License-Identifier: MIT
// Reads the numbers that our tables keep as text: for drivers, which make a Look of them.
#pragma once

#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

#include <aether/migrate/export.hpp>

namespace aether::migrate::spi {

/// Throws Error (bookkeeping_failed): the history's last row is damaged. Of what a Look reads only its column
/// `applied`, a count and a sum with a blank between them, is a text that can hold something else.
[[noreturn]] AETHER_MIGRATE_EXPORT void fail_damaged_history();

/// Takes a number off the beginning of a text, and the byte that keeps it apart from what follows. Throws as
/// fail_damaged_history() when there is none. Threads: any.
template <typename Number>
Number take_number(std::string_view& text) {
    Number number{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{})
        fail_damaged_history();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty())
        text.remove_prefix(1);
    return number;
}

}  // namespace aether::migrate::spi
