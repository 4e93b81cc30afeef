// SPDX-License-Identifier: MIT
// The queries of effect_sql.hpp that are about indexes.
#include "effect_index_sql.hpp"

#include <string_view>

#include <fmt/format.h>

namespace aether::migrate::postgres {

namespace {

// What makes an index what it is, as the server writes it: uniqueness, tablespace (0: the database's own),
// and its definition without the names of index and table: "f 0 btree (lower(name)) WHERE (id > 0)". NULL
// when the definition does not begin as expected, as that of a partitioned index. {0} is the index's oid,
// which the names inside must not hide.
constexpr std::string_view kShape = R"sql((
    SELECT CASE WHEN own.indisunique THEN 't ' ELSE 'f ' END || own_class.reltablespace::text || ' '
           || CASE WHEN starts_with(own_text.whole, own_text.head || quote_ident(own_schema.nspname::text) || own_text.tail)
                   THEN substr(own_text.whole,
                               length(own_text.head || quote_ident(own_schema.nspname::text) || own_text.tail) + 1)
                   WHEN starts_with(own_text.whole, own_text.head || 'pg_temp' || own_text.tail)
                   THEN substr(own_text.whole, length(own_text.head || 'pg_temp' || own_text.tail) + 1) END
    FROM pg_index own
    JOIN pg_class own_class ON own_class.oid = own.indexrelid
    JOIN pg_class own_table ON own_table.oid = own.indrelid
    JOIN pg_namespace own_schema ON own_schema.oid = own_table.relnamespace
    CROSS JOIN LATERAL (
        SELECT pg_get_indexdef(own.indexrelid) AS whole,
               'CREATE ' || CASE WHEN own.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX '
               || quote_ident(own_class.relname::text) || ' ON ' AS head,
               '.' || quote_ident(own_table.relname::text) || ' USING ' AS tail) own_text
    WHERE own.indexrelid = {0}))sql";

// Who builds an index: pid, and whether somebody in this database builds one that this role may not see.
// {0} says which rows of the view p are meant.
constexpr std::string_view kBuilder = R"sql(
    SELECT min(p.pid) FILTER (WHERE {0}) AS pid, coalesce(bool_or(p.relid IS NULL), false) AS hidden
    FROM pg_stat_progress_create_index p
    WHERE p.datname = current_database() AND p.pid <> pg_backend_pid())sql";

// The model has the columns by name, type and collation, which is all that an index can tell from another.
// It takes no lock on the table, as LIKE would.
constexpr std::string_view kModel = R"sql(
SELECT format('CREATE {0}TABLE %s (%s)', m.name, m.columns), m.name,
       format('CREATE %sINDEX ON %s ', CASE WHEN $2::boolean THEN 'UNIQUE ' ELSE '' END, m.name)
FROM (SELECT {1} AS name,
             (SELECT string_agg(
                         format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
                         || coalesce(' COLLATE ' || quote_ident(s.nspname::text) || '.' || quote_ident(l.collname::text), ''),
                         ', ' ORDER BY a.attnum)
              FROM pg_attribute a
              LEFT JOIN pg_collation l ON l.oid = a.attcollation
              LEFT JOIN pg_namespace s ON s.oid = l.collnamespace
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = $1::oid) m
)sql";

constexpr std::string_view kModelShape = R"sql(
SELECT {0}
FROM pg_index m
WHERE m.indrelid = to_regclass($1::text)
)sql";

constexpr std::string_view kCreateIndexNote = R"sql(
SELECT json_build_object(
           'kind', 'create index', 'table', t.oid, 'name', w.name, 'skip', $3::boolean, 'shape', $4::text,
           'named', (SELECT x.oid FROM pg_class x WHERE x.relname = w.name AND x.relnamespace = t.relnamespace),
           'before', (SELECT coalesce(json_agg(i.indexrelid), '[]'::json) FROM pg_index i WHERE i.indrelid = t.oid))
FROM (SELECT (parse_ident($2::text))[1]::name AS name) w
LEFT JOIN pg_class t ON t.oid = $1::oid
)sql";

// Without a name in the statement the server chose one: any new index of the table with that shape may be it.
constexpr std::string_view kCreateIndexFind = R"sql(
WITH noted AS (
    SELECT (j.note ->> 'table')::oid AS relation, (j.note ->> 'name')::name AS name,
           (j.note ->> 'skip')::boolean AS skip, j.note ->> 'shape' AS shape, (j.note ->> 'named')::oid AS named,
           j.note -> 'before' AS before, $2::text = 'refused' AS refused
    FROM (SELECT $1::json AS note) j
), found AS (
    SELECT n.skip, n.refused, n.relation, n.shape AS wanted, t.oid AS present_table,
           quote_ident(s.nspname::text) || '.' || quote_ident(t.relname::text) AS table_label,
           s.nspname AS schema, n.name, x.oid AS index, x.relname AS index_name, x.relkind,
           i.indrelid = t.oid AS fits_table, i.indisvalid AND i.indisready AND i.indislive AS healthy,
           x.oid = n.named AS was_there, {0} AS shape, count(*) OVER () AS candidates
    FROM noted n
    LEFT JOIN pg_class t ON t.oid = n.relation
    LEFT JOIN pg_namespace s ON s.oid = t.relnamespace
    LEFT JOIN LATERAL (
        SELECT x.oid FROM pg_class x WHERE x.relname = n.name AND x.relnamespace = t.relnamespace
        UNION ALL
        SELECT i.indexrelid
        FROM pg_index i
        WHERE n.name IS NULL AND i.indrelid = t.oid AND coalesce({1} = n.shape, true)
          AND NOT EXISTS (SELECT FROM json_array_elements_text(n.before) b WHERE b.value = i.indexrelid::text)
    ) c ON true
    LEFT JOIN pg_class x ON x.oid = c.oid
    LEFT JOIN pg_index i ON i.indexrelid = x.oid
)
SELECT CASE WHEN f.relation IS NULL THEN CASE WHEN f.refused THEN 'no table' ELSE 'table not known' END
            WHEN f.present_table IS NULL THEN 'table gone'
            WHEN f.index IS NULL THEN CASE WHEN b.pid IS NULL THEN 'no index' ELSE 'index begun' END
            WHEN f.was_there AND (f.refused OR NOT f.skip) THEN 'index was there'
            WHEN f.relkind <> 'i' OR f.fits_table IS NOT TRUE THEN 'name taken'
            WHEN f.was_there AND NOT f.healthy THEN 'index was invalid'
            WHEN f.wanted IS NULL OR f.shape IS NULL THEN
                CASE WHEN b.pid IS NOT NULL THEN 'index building' ELSE 'index not compared' END
            WHEN f.wanted <> f.shape THEN 'index differs'
            WHEN f.candidates > 1 THEN 'several indexes'
            WHEN f.healthy THEN 'index valid'
            WHEN b.pid IS NOT NULL THEN 'index building'
            WHEN b.hidden THEN 'index builder hidden'
            ELSE 'index invalid' END AS verdict,
       CASE WHEN f.present_table IS NULL THEN coalesce(f.name::text, '')
            WHEN coalesce(f.index_name, f.name) IS NULL THEN 'on ' || f.table_label
            ELSE quote_ident(f.schema::text) || '.' || quote_ident(coalesce(f.index_name, f.name)::text) END AS subject,
       b.pid,
       'SELECT indexrelid::regclass, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '
       || quote_literal(f.table_label) || '::regclass' AS look,
       'DROP INDEX CONCURRENTLY ' || quote_ident(f.schema::text) || '.' || quote_ident(f.index_name::text) AS repair
FROM found f
CROSS JOIN LATERAL ({2}) b
)sql";

constexpr std::string_view kDropIndexNote = R"sql(
SELECT json_build_object('kind', 'drop index', 'index', x.oid, 'name', x.relname, 'schema', x.relnamespace,
                         'skip', $2::boolean)
FROM (SELECT $1::oid AS oid) w
LEFT JOIN pg_class x ON x.oid = w.oid
)sql";

constexpr std::string_view kDropIndexFind = R"sql(
SELECT CASE WHEN n.index IS NULL THEN
                CASE WHEN n.skip AND NOT n.refused THEN 'nothing to drop' ELSE 'was not there' END
            WHEN x.oid IS NOT NULL THEN 'still there'
            WHEN o.oid IS NOT NULL THEN 'another one'
            ELSE 'dropped' END AS verdict,
       'index ' || coalesce(quote_ident(s.nspname::text) || '.' || quote_ident(coalesce(x.relname, n.name)::text), '')
           AS subject,
       NULL AS pid,
       'SELECT * FROM pg_class WHERE oid = ' || o.oid::text AS look,
       NULL AS repair
FROM (SELECT (j.note ->> 'index')::oid AS index, (j.note ->> 'name')::name AS name,
             (j.note ->> 'schema')::oid AS schema, (j.note ->> 'skip')::boolean AS skip,
             $2::text = 'refused' AS refused
      FROM (SELECT $1::json AS note) j) n
LEFT JOIN pg_class x ON x.oid = n.index
LEFT JOIN pg_class o ON o.relname = n.name AND o.relnamespace = n.schema
LEFT JOIN pg_namespace s ON s.oid = coalesce(x.relnamespace, n.schema)
)sql";

// What REINDEX CONCURRENTLY calls the new index while it is built, and the old one while it goes.
constexpr std::string_view kRemainPattern = "'_cc(new|old)[0-9]*$'";

constexpr std::string_view kReindexNote = R"sql(
SELECT json_build_object(
           'kind', 'reindex', 'scope', $2::text,
           'schema', (SELECT n.oid FROM pg_namespace n WHERE n.nspname = (parse_ident($3::text))[1]::name),
           'tables', (SELECT coalesce(json_agg(DISTINCT coalesce(i.indrelid, r.oid)::text), '[]'::json)
                      FROM (SELECT w.oid UNION SELECT p.relid::oid FROM pg_partition_tree(w.oid::regclass) p) r
                      LEFT JOIN pg_index i ON i.indexrelid = r.oid),
           'before', (SELECT coalesce(json_agg(x.oid), '[]'::json)
                      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
                      WHERE NOT i.indisvalid AND x.relname::text ~ {0}))
FROM (SELECT $1::oid AS oid) w
)sql";

// Remains are new invalid indexes with such a name, and beside each the index whose copy it is. Those of a
// table's overflow storage (schema pg_toast) only a superuser may drop, and the statement may be repeated all
// the same.
constexpr std::string_view kReindexFind = R"sql(
WITH noted AS (
    SELECT j.note ->> 'scope' AS scope, (j.note ->> 'schema')::oid AS schema, j.note -> 'tables' AS tables,
           j.note -> 'before' AS before, $2::text = 'refused' AS refused
    FROM (SELECT $1::json AS note) j
), remains AS (
    SELECT x.oid, quote_ident(s.nspname::text) || '.' || quote_ident(x.relname::text) AS label,
           pg_has_role(x.relowner, 'USAGE') AND has_schema_privilege(s.oid, 'USAGE') AS removable
    FROM noted n
    CROSS JOIN pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_namespace s ON s.oid = x.relnamespace
    JOIN pg_class t ON t.oid = i.indrelid
    LEFT JOIN pg_class m ON m.reltoastrelid = t.oid
    WHERE NOT i.indisvalid AND x.relkind = 'i' AND x.relname::text ~ {0}
      AND NOT EXISTS (SELECT FROM json_array_elements_text(n.before) b WHERE b.value = x.oid::text)
      AND CASE n.scope WHEN 'SCHEMA' THEN n.schema IN (t.relnamespace, m.relnamespace)
                       WHEN 'DATABASE' THEN true
                       WHEN 'SYSTEM' THEN true
                       ELSE EXISTS (SELECT FROM json_array_elements_text(n.tables) e
                                    WHERE e.value IN (t.oid::text, m.oid::text)) END
      AND EXISTS (SELECT
                  FROM pg_index o JOIN pg_class y ON y.oid = o.indexrelid
                  WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid
                    AND starts_with(y.relname::text, regexp_replace(x.relname::text, {0}, ''))
                    AND {1} = {2})
)
SELECT CASE WHEN b.pid IS NOT NULL THEN 'index building'
            WHEN NOT r.removable THEN 'reindex remains of others'
            WHEN b.hidden THEN 'index builder hidden'
            ELSE 'reindex remains' END AS verdict,
       r.label AS subject, b.pid,
       'SELECT indexrelid::regclass, indisvalid FROM pg_index WHERE NOT indisvalid' AS look,
       'DROP INDEX CONCURRENTLY ' || r.label AS repair
FROM remains r
CROSS JOIN LATERAL ({3}) b
UNION ALL
SELECT 'repeatable', 'REINDEX', NULL, NULL, NULL
WHERE NOT EXISTS (SELECT FROM remains)
)sql";

std::string shape_of(std::string_view index) {
    return fmt::format(kShape, index);
}

}  // namespace

std::string model_query(ModelPlace place) {
    // A table that is temporary itself takes the second way: its name is taken.
    if (place == ModelPlace::temporary)
        return fmt::format(kModel, "TEMPORARY ", "'pg_temp.' || quote_ident(c.relname::text)");
    return fmt::format(kModel, "",
                       "quote_ident(n.nspname::text) || '.aether_migrate_model_' || pg_backend_pid()::text");
}

std::string model_shape_query() {
    return fmt::format(kModelShape, shape_of("m.indexrelid"));
}

std::string create_index_note_query() {
    return std::string(kCreateIndexNote);
}

std::string create_index_find_query() {
    // The name of an index that is not committed yet nobody sees; its builder shows 0 for it.
    const std::string builder =
        fmt::format(kBuilder,
                    "CASE WHEN f.index IS NULL THEN p.relid = f.relation AND p.index_relid = 0::oid "
                    "AND p.command = 'CREATE INDEX CONCURRENTLY' ELSE p.index_relid = f.index END");
    return fmt::format(kCreateIndexFind, shape_of("x.oid"), shape_of("i.indexrelid"), builder);
}

std::string drop_index_note_query() {
    return std::string(kDropIndexNote);
}

std::string drop_index_find_query() {
    return std::string(kDropIndexFind);
}

std::string reindex_note_query() {
    return fmt::format(kReindexNote, kRemainPattern);
}

std::string reindex_find_query() {
    return fmt::format(kReindexFind, kRemainPattern, shape_of("i.indexrelid"), shape_of("o.indexrelid"),
                       fmt::format(kBuilder, "p.index_relid = r.oid"));
}

}  // namespace aether::migrate::postgres
