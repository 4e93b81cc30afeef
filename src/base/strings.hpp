// SPDX-License-Identifier: MIT
// Small text helpers that the standard library lacks.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate {

/// Returns the value of a hexadecimal digit, or -1.
int hex_value(char digit) noexcept;

/// Returns the text between double quotes as Go's %q prints it: quotes, backslashes and control characters
/// escaped. Bytes above 0x7f stay as they are.
std::string go_quoted(std::string_view text);

}  // namespace aether::migrate
