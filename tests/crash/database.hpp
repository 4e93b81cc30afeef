// SPDX-License-Identifier: MIT
// What the fault sweep must know of a database: its driver, what its scenarios say, and how to look at it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <aether/migrate/spi/driver.hpp>

#include "scenario.hpp"

namespace aether::migrate::crash {

/// Queries that look at the database; each value is text, true is "t" or "1".
struct Looks {
    std::string tables;  ///< Whether version table, history, journal and the table of marks exist.
    std::string rows;    ///< version, dirty
    /// version, direction, from_version, leads_to, statements_done, state, next_line, and whether it and the
    /// version row were written together, where that can be told
    std::string journal;
    /// version, event, direction, and in one text what else must be the same in every run
    std::string events;
    std::string invalid;  ///< Indexes that are there and of no use; may be empty.
    std::string locks;    ///< How many migration locks are held; empty: it is tried whether it is free.
    std::string schema;   ///< One text of tables, columns, indexes, constraints, ours left out.
    std::string content;  ///< One text of all marks, each as often as it was made.
};

/// Looks::journal where nobody can see which transaction wrote a row: what must be together must at least
/// agree.
inline constexpr const char* kAgreeingJournal = R"sql(
SELECT version, direction, from_version, leads_to, statements_done, state, next_line,
       EXISTS (SELECT 1 FROM schema_migrations v WHERE v.dirty AND v.version = j.leads_to)
FROM schema_migrations_journal j)sql";

/// How a session is ended by somebody else; all empty where a session ends with its process only.
struct Sessions {
    std::string own;    ///< Query for the session's name.
    std::string end;    ///< Statement that ends the session {name}.
    std::string found;  ///< Query that gives a row as long as the session {name} is there.
};

struct Database {
    std::string name;
    const spi::DriverInfo* driver;
    Words words;
    Looks looks;
    Sessions sessions;
    /// Statements that make what the scenarios expect in an empty database,
    std::vector<std::string> make;
    /// and a query for statements that empty it first.
    std::string clear;
};

const Database& postgres_database();
const Database& sqlite_database();
const Database& mariadb_database();

}  // namespace aether::migrate::crash
