// SPDX-License-Identifier: MIT
// Quoted identifiers for the driver's own statements.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate::sqlite {

/// Returns a name in double quotes, inner ones doubled.
inline std::string quote(std::string_view name) {
    std::string quoted = "\"";
    for (const char character : name) {
        if (character == '"')
            quoted.push_back('"');
        quoted.push_back(character);
    }
    quoted.push_back('"');
    return quoted;
}

}  // namespace aether::migrate::sqlite
