// SPDX-License-Identifier: MIT
// What became of a statement that no transaction guards.
#pragma once

#include <string_view>

#include <aether/migrate/spi/effect.hpp>

namespace aether::migrate::sqlite {

/// Notes of VACUUM, PRAGMA journal_mode and PRAGMA wal_checkpoint that they may be repeated: each of them is
/// atomic and leaves the contents as they are. Of others (VACUUM INTO) nothing can be told.
spi::Intent note_intent(const spi::StatementView& statement);

/// See spi::Connection::find_effect.
spi::Finding find_effect(std::string_view note, spi::Ending ending);

}  // namespace aether::migrate::sqlite
