// SPDX-License-Identifier: MIT
// The queries that note what was there before a statement, and that look what is there of its effect.
#include "effect_sql.hpp"

#include <array>

#include <fmt/format.h>

#include "effect_index_sql.hpp"

namespace aether::migrate::postgres {

// pg_temp stands last: otherwise it would come first, with relations of the session's own.
const std::string_view kPinSettings = R"sql(
SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
       pg_catalog.set_config('quote_all_identifiers', 'off', true),
       pg_catalog.set_config('datestyle', 'ISO, MDY', true),
       pg_catalog.set_config('intervalstyle', 'postgres', true),
       pg_catalog.set_config('timezone', 'UTC', true),
       pg_catalog.set_config('extra_float_digits', '1', true),
       pg_catalog.set_config('bytea_output', 'hex', true),
       pg_catalog.set_config('lc_monetary', 'C', true)
)sql";

const std::string_view kReadKind = "SELECT $1::json ->> 'kind'";

namespace {

struct KindName {
    EffectKind kind;
    std::string_view name;
};

constexpr auto kKindNames = std::to_array<KindName>({
    {EffectKind::create_index, "create index"},
    {EffectKind::drop_index, "drop index"},
    {EffectKind::reindex, "reindex"},
    {EffectKind::detach_partition, "detach partition"},
    {EffectKind::repeatable, "repeatable"},
    {EffectKind::database, "database"},
    {EffectKind::tablespace, "tablespace"},
    {EffectKind::subscription, "subscription"},
    {EffectKind::prepared_transaction, "prepared transaction"},
    {EffectKind::enum_value, "enum value"},
});

// The path is the session's own here, which may put a stranger's operators first; so even operators are
// qualified.
constexpr std::string_view kNamed = R"sql(
SELECT c.oid
FROM (SELECT i.p[pg_catalog.cardinality(i.p)]::pg_catalog.name AS name,
             i.p[pg_catalog.cardinality(i.p) OPERATOR(pg_catalog.-) 1] AS schema
      FROM pg_catalog.parse_ident($1::pg_catalog.text) AS i(p)) w
JOIN pg_catalog.{0} c ON c.{1} OPERATOR(pg_catalog.=) w.name
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.{2}
WHERE CASE WHEN w.schema IS NULL THEN n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(true))
           WHEN w.schema OPERATOR(pg_catalog.=) 'pg_temp'::pg_catalog.text
               THEN n.oid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema()
           ELSE n.nspname OPERATOR(pg_catalog.=) w.schema::pg_catalog.name END
ORDER BY pg_catalog.array_position(pg_catalog.current_schemas(true), n.nspname)
LIMIT 1
)sql";

constexpr std::string_view kDetachNote = R"sql(
SELECT json_build_object('kind', 'detach partition', 'parent', w.parent, 'child', w.child,
                         'linked', h.inhrelid IS NOT NULL,
                         'pending', coalesce(to_jsonb(h) ->> 'inhdetachpending' = 'true', false))
FROM (SELECT $1::oid AS parent, $2::oid AS child) w
LEFT JOIN pg_inherits h ON h.inhrelid = w.child AND h.inhparent = w.parent
)sql";

// inhdetachpending came with 14, and CONCURRENTLY with it.
constexpr std::string_view kDetachFind = R"sql(
SELECT CASE WHEN NOT n.linked THEN 'was not there'
            WHEN h.inhrelid IS NULL THEN 'detached'
            WHEN n.pending THEN CASE WHEN n.refused THEN 'still there' ELSE 'detach was pending' END
            WHEN to_jsonb(h) ->> 'inhdetachpending' = 'true' THEN 'detach pending'
            ELSE 'still there' END AS verdict,
       'partition ' || coalesce(l.child, '') AS subject, NULL AS pid,
       'SELECT * FROM pg_inherits WHERE inhrelid = ' || quote_literal(l.child) || '::regclass' AS look,
       'ALTER TABLE ' || l.parent || ' DETACH PARTITION ' || l.child || ' FINALIZE' AS repair
FROM (SELECT (j.note ->> 'parent')::oid AS parent, (j.note ->> 'child')::oid AS child,
             (j.note ->> 'linked')::boolean AS linked, (j.note ->> 'pending')::boolean AS pending,
             $2::text = 'refused' AS refused
      FROM (SELECT $1::json AS note) j) n
LEFT JOIN pg_inherits h ON h.inhrelid = n.child AND h.inhparent = n.parent
LEFT JOIN pg_class p ON p.oid = n.parent
LEFT JOIN pg_namespace ps ON ps.oid = p.relnamespace
LEFT JOIN pg_class c ON c.oid = n.child
LEFT JOIN pg_namespace cs ON cs.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT quote_ident(ps.nspname::text) || '.' || quote_ident(p.relname::text) AS parent,
                           quote_ident(cs.nspname::text) || '.' || quote_ident(c.relname::text) AS child) l
)sql";

constexpr std::string_view kRepeatableNote = R"sql(
SELECT json_build_object('kind', 'repeatable', 'what', $1::text)
)sql";

constexpr std::string_view kRepeatableFind = R"sql(
SELECT 'repeatable' AS verdict, $1::json ->> 'what' AS subject, NULL AS pid, NULL AS look, NULL AS repair
WHERE $2::text IS NOT NULL
)sql";

constexpr std::string_view kObjectNote = R"sql(
SELECT json_build_object('kind', '{0}', 'verb', $1::text, 'name', w.name, 'skip', $3::boolean,
                         'before', ({1}))
FROM (SELECT (parse_ident($2::text))[1]::name AS name) w
)sql";

constexpr std::string_view kObjectFind = R"sql(
SELECT CASE n.verb || CASE WHEN n.refused THEN ' refused' ELSE ' lost' END
           WHEN 'create refused' THEN CASE WHEN n.before IS NOT NULL THEN 'was there'
                                           WHEN n.now IS NULL THEN 'not there' ELSE 'there though refused' END
           WHEN 'create lost' THEN CASE WHEN n.before IS NOT NULL THEN 'was there'
                                        WHEN n.now IS NULL THEN '{2}' ELSE 'created' END
           ELSE CASE WHEN n.before IS NULL AND n.skip AND NOT n.refused THEN 'nothing to drop'
                     WHEN n.before IS NULL THEN 'was not there'
                     WHEN n.now IS NULL THEN 'dropped'
                     WHEN n.now = n.before THEN 'still there'
                     ELSE 'another one' END END AS verdict,
       '{0} ' || quote_ident(n.name::text) AS subject, NULL AS pid,
       'SELECT * FROM pg_{0} WHERE {3} = ' || quote_literal(n.name::text) AS look, NULL AS repair
FROM (SELECT w.verb, w.name, w.skip, w.before, w.refused, ({1}) AS now
      FROM (SELECT j.note ->> 'verb' AS verb, (j.note ->> 'name')::name AS name,
                   (j.note ->> 'skip')::boolean AS skip, j.note ->> 'before' AS before,
                   $2::text = 'refused' AS refused
            FROM (SELECT $1::json AS note) j) w) n
)sql";

struct GlobalObject {
    std::string_view name;
    std::string_view there;    ///< What is there under the name w.name, as text.
    std::string_view missing;  ///< The verdict when a lost CREATE left nothing here.
    std::string_view column;
};

constexpr GlobalObject kDatabase{"database", "SELECT d.oid::text FROM pg_database d WHERE d.datname = w.name",
                                 "not there", "datname"};
constexpr GlobalObject kTablespace{
    "tablespace", "SELECT t.oid::text FROM pg_tablespace t WHERE t.spcname = w.name", "not there", "spcname"};
// Everybody may read these two columns; the oid not before 14.
constexpr GlobalObject kSubscription{
    "subscription",
    "SELECT 'yes'::text FROM pg_subscription s JOIN pg_database d ON d.oid = "
    "s.subdbid WHERE s.subname = w.name AND d.datname = current_database()",
    "slot may be left", "subname"};

std::string object_note_query(const GlobalObject& object) {
    return fmt::format(kObjectNote, object.name, object.there);
}

std::string object_find_query(const GlobalObject& object) {
    return fmt::format(kObjectFind, object.name, object.there, object.missing, object.column);
}

// The view shows 32 bits of a transaction's number; the other 32 come from the newest number, which is less
// than 2^31 ahead.
constexpr std::string_view kPreparedNote = R"sql(
SELECT json_build_object('kind', 'prepared transaction', 'verb', $1::text, 'gid', $2::text, 'transaction',
           (SELECT s.top - (s.top - p.transaction::text::bigint) % 4294967296
            FROM pg_prepared_xacts p
            CROSS JOIN (SELECT txid_snapshot_xmax(txid_current_snapshot()) AS top) s
            WHERE p.gid = $2::text AND p.database = current_database()))
)sql";

constexpr std::string_view kPreparedFind = R"sql(
SELECT CASE WHEN n.transaction IS NULL THEN 'was not there'
            WHEN p.gid IS NOT NULL AND p.transaction::text::bigint = n.transaction % 4294967296 THEN 'still there'
            WHEN p.gid IS NOT NULL THEN 'another one'
            WHEN txid_status(n.transaction) = n.done THEN 'ended as wanted'
            ELSE 'ended otherwise' END AS verdict,
       'prepared transaction ' || quote_literal(n.gid) AS subject, NULL AS pid,
       'SELECT txid_status(' || n.transaction::text || ')' AS look, NULL AS repair
FROM (SELECT (j.note ->> 'transaction')::bigint AS transaction, j.note ->> 'gid' AS gid,
             CASE j.note ->> 'verb' WHEN 'commit' THEN 'committed' ELSE 'aborted' END AS done
      FROM (SELECT $1::json AS note) j
      WHERE $2::text IS NOT NULL) n
LEFT JOIN pg_prepared_xacts p ON p.gid = n.gid AND p.database = current_database()
)sql";

constexpr std::string_view kEnumNote = R"sql(
SELECT json_build_object('kind', 'enum value', 'type', $1::oid, 'label', $2::text)
)sql";

constexpr std::string_view kEnumFind = R"sql(
SELECT CASE WHEN e.oid IS NULL THEN 'not there' ELSE 'created' END AS verdict,
       'enum value ' || quote_literal(n.label) || coalesce(' of ' || quote_ident(s.nspname::text) || '.' || quote_ident(t.typname::text), '')
           AS subject,
       NULL AS pid, NULL AS look, NULL AS repair
FROM (SELECT (j.note ->> 'type')::oid AS type, j.note ->> 'label' AS label
      FROM (SELECT $1::json AS note) j
      WHERE $2::text IS NOT NULL) n
LEFT JOIN pg_type t ON t.oid = n.type
LEFT JOIN pg_namespace s ON s.oid = t.typnamespace
LEFT JOIN pg_enum e ON e.enumtypid = n.type AND e.enumlabel = n.label::name
)sql";

}  // namespace

std::string name_query(NameOf what) {
    if (what == NameOf::relation)
        return fmt::format(kNamed, "pg_class", "relname", "relnamespace");
    return fmt::format(kNamed, "pg_type", "typname", "typnamespace");
}

EffectKind kind_named(std::string_view name) {
    for (const KindName& known : kKindNames) {
        if (known.name == name)
            return known.kind;
    }
    return EffectKind::none;
}

std::string note_query(EffectKind kind) {
    switch (kind) {
        case EffectKind::none:
            break;
        case EffectKind::create_index:
            return create_index_note_query();
        case EffectKind::drop_index:
            return drop_index_note_query();
        case EffectKind::reindex:
            return reindex_note_query();
        case EffectKind::detach_partition:
            return std::string(kDetachNote);
        case EffectKind::repeatable:
            return std::string(kRepeatableNote);
        case EffectKind::database:
            return object_note_query(kDatabase);
        case EffectKind::tablespace:
            return object_note_query(kTablespace);
        case EffectKind::subscription:
            return object_note_query(kSubscription);
        case EffectKind::prepared_transaction:
            return std::string(kPreparedNote);
        case EffectKind::enum_value:
            return std::string(kEnumNote);
    }
    return {};
}

std::string find_query(EffectKind kind) {
    switch (kind) {
        case EffectKind::none:
            break;
        case EffectKind::create_index:
            return create_index_find_query();
        case EffectKind::drop_index:
            return drop_index_find_query();
        case EffectKind::reindex:
            return reindex_find_query();
        case EffectKind::detach_partition:
            return std::string(kDetachFind);
        case EffectKind::repeatable:
            return std::string(kRepeatableFind);
        case EffectKind::database:
            return object_find_query(kDatabase);
        case EffectKind::tablespace:
            return object_find_query(kTablespace);
        case EffectKind::subscription:
            return object_find_query(kSubscription);
        case EffectKind::prepared_transaction:
            return std::string(kPreparedFind);
        case EffectKind::enum_value:
            return std::string(kEnumFind);
    }
    return {};
}

}  // namespace aether::migrate::postgres
