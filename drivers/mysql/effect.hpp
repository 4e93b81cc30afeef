// SPDX-License-Identifier: MIT
// What the catalogue tells of a statement that runs outside of a transaction: before it, and after it was cut
// off.
#pragma once

#include <string_view>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/effect.hpp>

#include "session.hpp"

namespace aether::migrate::mysql {

/// Notes what find_effect() needs. The session must be outside of a transaction block, with the settings that
/// the statement will have. Throws Error (connection_failed, cancelled).
///
/// A note is lines of words between blanks; names and texts are in hexadecimal digits, for they may hold
/// anything:
///     MANNER                            what the note can tell, see effect_statement.hpp
///     KIND SCHEMA NAME FINGERPRINT      one line for each object that the statement makes, changes or
///     removes:
///                                       what it was before, see fingerprint.hpp
spi::Intent note_intent(Session& session, const spi::StatementView& statement, const spi::Wait& wait);

/// Looks what is there of a noted statement's effect. Waits for nobody.
/// Throws Error (connection_failed, cancelled).
///
/// One statement is applied wholly or not at all since MySQL 8.0 and MariaDB 10.6 ("atomic DDL"), but for a
/// DROP of several tables on MariaDB, which is looked at table by table.
spi::Finding find_effect(Session& session, std::string_view note, spi::Ending ending, const spi::Wait& wait);

}  // namespace aether::migrate::mysql
