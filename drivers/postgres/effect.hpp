// SPDX-License-Identifier: MIT
// What the catalogue tells of a statement that runs outside of a transaction: before it, and after it was cut
// off.
#pragma once

#include <string_view>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/effect.hpp>

#include "session.hpp"

namespace aether::migrate::postgres {

/// Notes what find_effect() needs. The session must be outside of a transaction block, with the settings that
/// the statement will have.
///
/// A note is a JSON object that the server writes and reads. Its "kind" says what else is in it; oids are
/// strings, null is for what was not there:
///     create index          table, name (null: the server chooses one), skip (IF NOT EXISTS), shape (what
///     the
///                           index will be, see effect_index_sql.cpp; null: not known), named (who had the
///                           name), before (oids of the table's indexes)
///     drop index            index, name, schema, skip (IF EXISTS)
///     reindex               scope ("INDEX", …), schema, tables (oids), before (remains that were there)
///     detach partition      parent, child, linked, pending
///     repeatable            what ("VACUUM")
///     database, tablespace, subscription
///                           verb ("create", "drop"), name, skip (IF EXISTS), before (what had the name)
///     prepared transaction  verb ("commit", "rollback"), gid, transaction (its number in 64 bits)
///     enum value            type, label
/// Empty for other statements, and when the server can't say.
/// Throws Error (connection_failed, cancelled).
spi::Intent note_intent(Session& session, const spi::StatementView& statement, const spi::Wait& wait);

/// Looks what is there of a noted statement's effect. Reads only. Unknown when the catalogue can't be read.
/// Throws Error (connection_failed, cancelled).
spi::Finding find_effect(Session& session, std::string_view note, spi::Ending ending, const spi::Wait& wait);

}  // namespace aether::migrate::postgres
