// SPDX-License-Identifier: MIT
// What an object of the database is at the moment, as a short text that changes when it does.
#pragma once

#include <string>
#include <string_view>

#include <aether/migrate/spi/connection.hpp>

#include "effect_statement.hpp"
#include "session.hpp"

namespace aether::migrate::mysql {

inline constexpr std::string_view kAbsent = "absent";
inline constexpr std::string_view kHidden = "hidden";

/// Returns 16 hexadecimal digits over what SHOW CREATE shows (of a table without its counter, which any
/// INSERT moves), kAbsent when there is no such object, or kHidden when this user may not see it. `schema` is
/// empty for a database. Throws Error (connection_failed, cancelled).
std::string fingerprint(Session& session, ObjectKind kind, std::string_view schema, std::string_view name,
                        const spi::Wait& wait);

/// Returns a definition without ` AUTO_INCREMENT=7`.
std::string without_counter(std::string_view definition);

}  // namespace aether::migrate::mysql
