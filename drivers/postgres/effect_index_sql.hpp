// SPDX-License-Identifier: MIT
// The queries of effect_sql.hpp that are about indexes.
#pragma once

#include <string>

namespace aether::migrate::postgres {

/// Where the model of an index may be made: an empty table with the columns of the real one.
enum class ModelPlace {
    temporary,  ///< Needs the right to make temporary tables, and has the table's name.
    beside      ///< In the table's schema, where whoever may make the index may make a table too.
};
/// Values: $1 the table's oid, $2 whether the index is unique. One row: the CREATE TABLE of the model, its
/// name, and the beginning of its CREATE INDEX. No row when there is no such table.
std::string model_query(ModelPlace place);
/// Value: $1 the model's name. One row: the shape of its only index.
std::string model_shape_query();

std::string create_index_note_query();
std::string create_index_find_query();
std::string drop_index_note_query();
std::string drop_index_find_query();
std::string reindex_note_query();
std::string reindex_find_query();

}  // namespace aether::migrate::postgres
