// SPDX-License-Identifier: MIT
// The queries that note what was there before a statement, and that look what is there of its effect.
#pragma once

#include <string>
#include <string_view>

#include "effect_statement.hpp"

namespace aether::migrate::postgres {

/// Sets what the following queries of the same transaction rely on: names mean those of pg_catalog, and
/// definitions of indexes are written in one way, whatever the session says.
extern const std::string_view kPinSettings;

/// What a name is looked for as.
enum class NameOf { relation, type };
/// Finds an object by its name as written ($1) along the session's search_path. At most one row: its oid.
std::string name_query(NameOf what);

/// Returns the query that makes a note. Values: the oids of the statement's relations and types (NULL:
/// none such), its `values`, and for create_index the shape (NULL: not known). One row: the note.
std::string note_query(EffectKind kind);

/// Value: $1 a note. One row: the kind as note_query() wrote it.
extern const std::string_view kReadKind;
/// Returns the kind of that name; none when it is not known.
EffectKind kind_named(std::string_view name);

/// Returns the query that looks what is there. Values: $1 the note, $2 "refused" or "lost". Rows:
///     verdict  what was found, one of the words of effect.cpp's table
///     subject  the object's name, quoted
///     pid      of a session that is at it, else NULL
///     look     a query for a person, else NULL
///     repair   a statement that removes or completes remains, else NULL
std::string find_query(EffectKind kind);

}  // namespace aether::migrate::postgres
