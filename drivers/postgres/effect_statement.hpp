// SPDX-License-Identifier: MIT
// Reads from a statement's tokens what its effect can be told by: which object, by which name, with which
// words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <aether/migrate/spi/connection.hpp>
#include <aether/migrate/spi/effect.hpp>

namespace aether::migrate::postgres {

/// The statements whose effect the catalogue shows.
enum class EffectKind {
    none,  ///< Any other one, or one whose tokens are not all understood.
    create_index,
    drop_index,
    reindex,
    detach_partition,
    repeatable,
    database,
    tablespace,
    subscription,
    prepared_transaction,
    enum_value
};

/// What the tokens say. Names are as written, quotes included, their parts joined by dots.
struct EffectStatement {
    EffectKind kind = EffectKind::none;
    bool queues_others = true;
    std::vector<spi::Value> relations;  ///< To be resolved by the session's search_path; nothing: none.
    std::vector<spi::Value> types;      ///< The same.
    std::vector<spi::Value> values;     ///< What the note's query takes after these, see effect_sql.hpp.
    bool unique = false;                ///< Of create_index.
    std::string rest;                   ///< Of create_index: its text after the table's name.
};

/// Reads a statement. Never throws but for memory.
EffectStatement read_effect_statement(const spi::StatementView& statement);

}  // namespace aether::migrate::postgres
