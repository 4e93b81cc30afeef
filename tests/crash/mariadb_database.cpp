// SPDX-License-Identifier: MIT
// MariaDB in the fault sweep: every schema change commits by itself, and each is a segment of its own.
#include "../../drivers/mysql/driver.hpp"

#include "database.hpp"

namespace aether::migrate::crash {

namespace {

constexpr const char* kClear = R"sql(
SELECT CONCAT('DROP TABLE IF EXISTS `', table_schema, '`.`', table_name, '`')
FROM information_schema.tables
WHERE table_schema IN (DATABASE(), 'witness'))sql";

constexpr const char* kTables = R"sql(
SELECT coalesce(max(table_name = 'schema_migrations'), 0),
       coalesce(max(table_name = 'schema_migrations_history'), 0),
       coalesce(max(table_name = 'schema_migrations_journal'), 0),
       coalesce(max(table_schema = 'witness'), 0)
FROM information_schema.tables
WHERE table_schema IN (DATABASE(), 'witness'))sql";

// golang-migrate's name of the lock.
constexpr const char* kLocks = R"sql(
SELECT IS_USED_LOCK(CAST(CRC32(CONCAT(DATABASE(), ':schema_migrations')) * 1486364155 % 4294967296 AS CHAR))
       IS NOT NULL)sql";

// A row that goes back to clean moves nothing.
constexpr const char* kEvents = R"sql(
SELECT version, event, direction,
       CONCAT_WS(' ', leads_to, applied, name, checksum, MD5(down_sql), statements_done, statements_total, error)
FROM schema_migrations_history
WHERE event <> 'repaired'
ORDER BY id)sql";

// Our own tables are compared by what is in them.
constexpr const char* kSchema = R"sql(
SELECT GROUP_CONCAT(line ORDER BY line SEPARATOR '\n')
FROM (
    SELECT CONCAT_WS(' ', 'column', table_name, column_name, column_type, is_nullable) AS line
    FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema\_migrations%'
    UNION ALL
    SELECT CONCAT_WS(' ', 'index', table_name, index_name, seq_in_index, column_name)
    FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name NOT LIKE 'schema\_migrations%'
) AS texts)sql";

constexpr const char* kContent = "SELECT GROUP_CONCAT(name ORDER BY name SEPARATOR ' ') FROM witness.marks";

Words words() {
    const std::string index =
        "EXISTS (SELECT 1 FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() AND index_name = '{name}')";
    Words words;
    words.marks = "witness.marks";
    words.there =
        "EXISTS (SELECT 1 FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_name = '{name}')";
    words.setting = "SET foreign_key_checks = 0";
    words.housekeeping = "ANALYZE TABLE {table}";
    words.build = "CREATE INDEX {name} ON {table} (a)";
    words.built = index;
    words.unbuild = "DROP INDEX {name} ON {table}";
    words.unbuilt = "NOT " + index;
    words.schema_change = Place::bare;
    return words;
}

}  // namespace

const Database& mariadb_database() {
    static const Database kDatabase{
        "MariaDB",
        &mysql::kDriver,
        words(),
        {kTables, "SELECT version, dirty FROM schema_migrations ORDER BY 1", kAgreeingJournal, kEvents, "",
         kLocks, kSchema, kContent},
        {"SELECT CONNECTION_ID()", "KILL CONNECTION {name}",
         "SELECT 1 FROM information_schema.processlist WHERE id = {name}"},
        {"CREATE DATABASE IF NOT EXISTS witness", "CREATE TABLE witness.marks (name varchar(100) NOT NULL)"},
        kClear};
    return kDatabase;
}

}  // namespace aether::migrate::crash
