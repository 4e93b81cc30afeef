// SPDX-License-Identifier: MIT
// The tables that the database has, as its own catalog tells them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace aether::server {

/// One column of a table.
struct Column {
    std::string name;
    std::string type;  ///< As the database writes it: "character varying(64)".
    bool not_null = false;
    bool in_primary_key = false;
    bool in_foreign_key = false;
};

/// One foreign key, seen from the table that has it.
struct ForeignKey {
    std::vector<std::string> columns;
    std::string target;  ///< Name of the table that it refers to.
};

/// One table of the schema.
struct Table {
    std::string name;
    std::string comment;  ///< Empty when there is none.
    std::vector<Column> columns;
    std::vector<ForeignKey> foreign_keys;
};

/// Returns the tables of the connection's current schema by name, without those that migrations are recorded
/// in. Connects with at most 5 s of patience, and asks one query.
/// Throws std::runtime_error with the database's message and no secret.
std::vector<Table> load_tables(const std::string& database_url);

}  // namespace aether::server
