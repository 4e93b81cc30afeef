// SPDX-License-Identifier: MIT
// SQLite in the fault sweep: schema changes are undone, VACUUM is what no transaction can hold, and a lost
// session is always a lost process.
#include "../../drivers/sqlite/driver.hpp"

#include "database.hpp"

namespace aether::migrate::crash {

namespace {

constexpr const char* kClear = R"sql(
SELECT 'DROP ' || type || ' IF EXISTS "' || name || '"'
FROM sqlite_schema
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\')sql";

constexpr const char* kTables = R"sql(
SELECT max(name = 'schema_migrations'), max(name = 'schema_migrations_history'),
       max(name = 'schema_migrations_journal'), max(name = 'marks')
FROM sqlite_schema
WHERE type = 'table')sql";

// A row that goes back to clean moves nothing.
constexpr const char* kEvents = R"sql(
SELECT version, event, direction,
       printf('%s %s %s %s %s %s %s %s', leads_to, applied, name, coalesce(checksum, '-'), coalesce(down_sql, '-'),
              statements_done, statements_total, coalesce(error, '-'))
FROM schema_migrations_history
WHERE event <> 'repaired'
ORDER BY id)sql";

// Our own tables are compared by what is in them.
constexpr const char* kSchema = R"sql(
SELECT group_concat(line, char(10))
FROM (
    SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line
    FROM sqlite_schema
    WHERE tbl_name NOT LIKE 'schema\_migrations%' ESCAPE '\'
    ORDER BY 1
))sql";

constexpr const char* kContent = "SELECT group_concat(name, ' ') FROM (SELECT name FROM marks ORDER BY name)";

Words words() {
    Words words;
    words.marks = "marks";
    words.there = "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{name}')";
    words.setting = "PRAGMA foreign_keys = ON";
    words.housekeeping = "VACUUM";
    words.build = "VACUUM";
    words.unbuild = "VACUUM";
    return words;
}

}  // namespace

const Database& sqlite_database() {
    static const Database kDatabase{"SQLite",
                                    &sqlite::kDriver,
                                    words(),
                                    {kTables, "SELECT version, dirty FROM schema_migrations ORDER BY 1",
                                     kAgreeingJournal, kEvents, "", "", kSchema, kContent},
                                    {},
                                    {"CREATE TABLE marks (name text NOT NULL)"},
                                    kClear};
    return kDatabase;
}

}  // namespace aether::migrate::crash
