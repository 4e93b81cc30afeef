// SPDX-License-Identifier: MIT
// Quoted identifiers for the driver's own statements.
#pragma once

#include <string>
#include <string_view>

namespace aether::migrate::mysql {

/// Returns a name in backticks, inner ones doubled: a name in every sql_mode, ANSI_QUOTES too.
inline std::string quote(std::string_view name) {
    std::string quoted = "`";
    for (const char character : name) {
        if (character == '`')
            quoted.push_back('`');
        quoted.push_back(character);
    }
    quoted.push_back('`');
    return quoted;
}

/// Returns `schema`.`name`.
inline std::string quote(std::string_view schema, std::string_view name) {
    return quote(schema) + "." + quote(name);
}

}  // namespace aether::migrate::mysql
