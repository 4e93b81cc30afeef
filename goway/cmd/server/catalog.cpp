// SPDX-License-Identifier: MIT
// The tables that the database has, as its own catalog tells them.
#include "catalog.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "session.hpp"

namespace aether::server {

namespace {

constexpr const char* kTables = R"(
SELECT coalesce(json_agg(json_build_object(
           'name', t.relname,
           'comment', coalesce(obj_description(t.oid, 'pg_class'), ''),
           'columns', (
               SELECT coalesce(json_agg(json_build_object(
                          'name', a.attname,
                          'type', format_type(a.atttypid, a.atttypmod),
                          'not_null', a.attnotnull,
                          'in_primary_key', EXISTS (
                              SELECT FROM pg_constraint p
                              WHERE p.conrelid = t.oid AND p.contype = 'p' AND a.attnum = ANY (p.conkey)))
                          ORDER BY a.attnum), '[]')
               FROM pg_attribute a
               WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
           'foreign_keys', (
               SELECT coalesce(json_agg(json_build_object(
                          'target', r.relname,
                          'columns', (
                              SELECT json_agg(a.attname ORDER BY k.place)
                              FROM unnest(f.conkey) WITH ORDINALITY k (number, place)
                              JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number))
                          ORDER BY f.conname), '[]')
               FROM pg_constraint f
               JOIN pg_class r ON r.oid = f.confrelid
               WHERE f.conrelid = t.oid AND f.contype = 'f'))
           ORDER BY t.relname), '[]')
FROM pg_class t
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema()
  AND t.relkind IN ('r', 'p')
  AND NOT t.relispartition
  AND t.relname NOT IN ('schema_migrations', 'schema_migrations_history', 'schema_migrations_journal'))";

Table read_table(const nlohmann::json& value) {
    Table table{value.at("name"), value.at("comment"), {}, {}};
    for (const nlohmann::json& key : value.at("foreign_keys"))
        table.foreign_keys.push_back({key.at("columns"), key.at("target")});
    for (const nlohmann::json& column : value.at("columns")) {
        const std::string name = column.at("name");
        const bool refers = std::ranges::any_of(table.foreign_keys, [&name](const ForeignKey& key) {
            return std::ranges::find(key.columns, name) != key.columns.end();
        });
        table.columns.push_back(
            {name, column.at("type"), column.at("not_null"), column.at("in_primary_key"), refers});
    }
    return table;
}

}  // namespace

std::vector<Table> load_tables(const std::string& database_url) {
    std::vector<Table> tables;
    for (const nlohmann::json& value : nlohmann::json::parse(Session(database_url).value_of(kTables)))
        tables.push_back(read_table(value));
    return tables;
}

}  // namespace aether::server
