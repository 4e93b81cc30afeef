// SPDX-License-Identifier: MIT
// PostgreSQL in the fault sweep: everything is recorded in one transaction with what it tells of.
#include "database.hpp"

#include "../../drivers/postgres/driver.hpp"

namespace aether::migrate::crash {

namespace {

constexpr const char* kClear = R"sql(
SELECT 'DROP SCHEMA ' || quote_ident(nspname) || ' CASCADE'
FROM pg_namespace
WHERE nspname IN ('public', 'app', 'witness'))sql";

constexpr const char* kTables = R"sql(
SELECT to_regclass('public.schema_migrations') IS NOT NULL,
       to_regclass('public.schema_migrations_history') IS NOT NULL,
       to_regclass('public.schema_migrations_journal') IS NOT NULL,
       to_regclass('witness.marks') IS NOT NULL)sql";

constexpr const char* kLocks = R"sql(
SELECT count(*)
FROM pg_locks
WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))sql";

constexpr const char* kJournal = R"sql(
SELECT version, direction, from_version, leads_to, statements_done, state, next_line,
       coalesce(xmin::text = (SELECT xmin::text FROM public.schema_migrations LIMIT 1), false)
FROM public.schema_migrations_journal)sql";

// A row that goes back to clean moves nothing.
constexpr const char* kEvents = R"sql(
SELECT version, event, direction,
       concat_ws(' ', leads_to, applied, name, checksum, md5(down_sql), statements_done, statements_total, error)
FROM public.schema_migrations_history
WHERE event <> 'repaired'
ORDER BY id)sql";

constexpr const char* kInvalid = R"sql(
SELECT indexrelid::regclass
FROM pg_index
WHERE NOT (indisvalid AND indisready AND indislive))sql";

// Our own tables are compared by what is in them.
constexpr const char* kSchema = R"sql(
SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C")
FROM (
    SELECT concat_ws(' ', c.relkind, n.nspname, c.relname, c.relpersistence, a.columns, i.index) AS line
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('public', 'app', 'witness')
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', attname, atttypid::regtype, attnotnull), ', ' ORDER BY attnum) AS columns
        FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready, indislive) AS index
        FROM pg_index
        WHERE indexrelid = c.oid
    ) i ON true
    WHERE c.relname NOT LIKE 'schema\_migrations%'
    UNION ALL
    SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE connamespace IN ('public'::regnamespace, 'app'::regnamespace)
      AND conrelid::regclass::text NOT LIKE 'schema\_migrations%'
) AS lines)sql";

Words words() {
    const std::string index =
        "EXISTS (SELECT FROM pg_index JOIN pg_class c ON c.oid = indexrelid "
        "WHERE relname = '{name}' AND indisvalid)";
    const std::string relation = "EXISTS (SELECT FROM pg_class WHERE relname = '{name}')";
    Words words;
    words.marks = "witness.marks";
    words.there = relation;
    words.prefix = "public.";
    words.setting = "SET search_path = app, public";
    words.housekeeping = "VACUUM {table}";
    words.build = "CREATE INDEX CONCURRENTLY {name} ON {table} (a)";
    words.built = index;
    words.unbuild = "DROP INDEX CONCURRENTLY {name}";
    words.unbuilt = "NOT " + relation;
    return words;
}

Looks looks() {
    return {kTables,  "SELECT version, dirty FROM public.schema_migrations ORDER BY 1",
            kJournal, kEvents,
            kInvalid, kLocks,
            kSchema,  "SELECT string_agg(name, ' ' ORDER BY name) FROM witness.marks"};
}

}  // namespace

const Database& postgres_database() {
    static const Database kDatabase{
        "PostgreSQL",
        &postgres::kDriver,
        words(),
        looks(),
        {"SELECT pg_catalog.pg_backend_pid()", "SELECT pg_terminate_backend({name})",
         "SELECT 1 FROM pg_stat_get_activity({name})"},
        {"CREATE SCHEMA public", "CREATE SCHEMA app", "CREATE SCHEMA witness",
         "CREATE TABLE witness.marks (name text NOT NULL)", "CREATE SEQUENCE witness.drops"},
        kClear};
    return kDatabase;
}

}  // namespace aether::migrate::crash
