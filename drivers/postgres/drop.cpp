// SPDX-License-Identifier: MIT
// Removes everything of the current schema, in one transaction, and says beforehand what that is.
#include "drop.hpp"

#include <functional>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "errors.hpp"
#include "quote.hpp"

namespace aether::migrate::postgres {

namespace {

// Everything that a person made in the schema, each with the words that DROP wants. Left out: what an
// extension or another object owns (an identity's sequence, a table's row type, an index), since it goes or
// stays with that. The rank orders the removal: views first, types last, so that CASCADE has little to do.
constexpr std::string_view kObjects = R"sql(
WITH place AS (
    SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()
), named AS (
    SELECT 'pg_class'::regclass AS class, c.oid, c.relowner AS owner,
           CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 2 WHEN 'f' THEN 4 WHEN 'S' THEN 5 ELSE 3 END AS rank,
           CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE'
                          WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind,
           pg_catalog.format('%I.%I', current_schema(), c.relname) AS name
    FROM pg_catalog.pg_class c JOIN place p ON c.relnamespace = p.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                        AND c.relkind = 'S' AND d.refclassid = 'pg_class'::regclass)
    UNION ALL
    SELECT 'pg_proc'::regclass, f.oid, f.proowner, 6,
           CASE f.prokind WHEN 'p' THEN 'PROCEDURE' WHEN 'a' THEN 'AGGREGATE' ELSE 'FUNCTION' END,
           pg_catalog.format('%I.%I(%s)', current_schema(), f.proname,
               CASE WHEN f.prokind = 'a' AND f.pronargs = 0 THEN '*'
                    ELSE pg_catalog.pg_get_function_identity_arguments(f.oid) END)
    FROM pg_catalog.pg_proc f JOIN place p ON f.pronamespace = p.oid
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, t.typowner, 7, CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END,
           pg_catalog.format('%I.%I', current_schema(), t.typname)
    FROM pg_catalog.pg_type t JOIN place p ON t.typnamespace = p.oid
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c')
       OR (t.typtype = 'b' AND t.typcategory <> 'A')
    UNION ALL
    SELECT 'pg_collation'::regclass, o.oid, o.collowner, 8, 'COLLATION',
           pg_catalog.format('%I.%I', current_schema(), o.collname)
    FROM pg_catalog.pg_collation o JOIN place p ON o.collnamespace = p.oid
    UNION ALL
    SELECT 'pg_ts_config'::regclass, o.oid, o.cfgowner, 9, 'TEXT SEARCH CONFIGURATION',
           pg_catalog.format('%I.%I', current_schema(), o.cfgname)
    FROM pg_catalog.pg_ts_config o JOIN place p ON o.cfgnamespace = p.oid
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, o.oid, o.dictowner, 10, 'TEXT SEARCH DICTIONARY',
           pg_catalog.format('%I.%I', current_schema(), o.dictname)
    FROM pg_catalog.pg_ts_dict o JOIN place p ON o.dictnamespace = p.oid
    UNION ALL
    SELECT 'pg_operator'::regclass, o.oid, o.oprowner, 11, 'OPERATOR',
           pg_catalog.format('%I.%s (%s, %s)', current_schema(), o.oprname,
               CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END,
               CASE WHEN o.oprright = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprright, NULL) END)
    FROM pg_catalog.pg_operator o JOIN place p ON o.oprnamespace = p.oid
)
SELECT n.kind, n.name, pg_catalog.pg_has_role(n.owner, 'USAGE'), pg_catalog.pg_get_userbyid(n.owner),
       coalesce((SELECT e.extname FROM pg_catalog.pg_depend d
                 JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                 WHERE d.classid = n.class AND d.objid = n.oid AND d.deptype = 'e'
                   AND d.refclassid = 'pg_extension'::regclass LIMIT 1)::text, '')
FROM named n
ORDER BY n.rank, n.name
)sql";

// Foreign keys and views of other schemas that hang on relations of this one, directly or through other
// views.
constexpr std::string_view kCascades = R"sql(
WITH RECURSIVE place AS (
    SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()
), gone AS (
    SELECT c.oid, c.relnamespace, c.relkind FROM pg_catalog.pg_class c JOIN place p ON c.relnamespace = p.oid
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION
    SELECT v.oid, v.relnamespace, v.relkind
    FROM gone g
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = g.oid
         AND d.classid = 'pg_rewrite'::regclass
    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid
    JOIN pg_catalog.pg_class v ON v.oid = r.ev_class
)
SELECT CASE g.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END
       || pg_catalog.format('%I.%I', n.nspname, c.relname)
FROM gone g JOIN pg_catalog.pg_class c ON c.oid = g.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE g.relkind IN ('v', 'm') AND g.relnamespace <> (SELECT oid FROM place)
UNION
SELECT pg_catalog.format('foreign key %I on %I.%I', k.conname, n.nspname, c.relname)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = k.confrelid
WHERE k.contype = 'f' AND t.relnamespace = (SELECT oid FROM place) AND c.relnamespace <> t.relnamespace
ORDER BY 1
)sql";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& character : result) {
        if (character >= 'A' && character <= 'Z')
            character = static_cast<char>(character + 32);
    }
    return result;
}

ResultPointer ask(Session& session, std::string_view statement, const spi::Wait& wait) {
    ResultPointer result = session.run({std::string(statement), {}}, wait);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
        throw bookkeeping_error(result.get(), session.error_style(), "list the objects of the schema");
    }
    return result;
}

std::string_view text_at(const PGresult* result, int row, int column) {
    return {PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column))};
}

}  // namespace

DropScript make_drop_script(Session& session, const spi::TableNames& tables, const spi::Wait& wait) {
    DropScript script;
    std::map<std::string, int, std::less<>> of_extensions;
    const ResultPointer objects = ask(session, kObjects, wait);
    for (int row = 0; row < PQntuples(objects.get()); ++row) {
        const std::string_view kind = text_at(objects.get(), row, 0);
        const std::string_view name = text_at(objects.get(), row, 1);
        const std::string_view extension = text_at(objects.get(), row, 4);
        const std::string label = fmt::format("{} {}", lower(kind), name);
        if (!extension.empty()) {
            ++of_extensions[std::string(extension)];
        } else if (text_at(objects.get(), row, 2) != "t") {
            script.plan.keeps.push_back(
                fmt::format("{} (owned by {})", label, text_at(objects.get(), row, 3)));
        } else {
            script.plan.removes.push_back(label);
            script.statements.push_back(fmt::format("DROP {} IF EXISTS {} CASCADE", kind, name));
        }
    }
    for (const auto& [extension, count] : of_extensions) {
        script.plan.keeps.push_back(
            fmt::format("extension {} ({} objects of it in this schema)", extension, count));
    }
    const ResultPointer cascades = ask(session, kCascades, wait);
    for (int row = 0; row < PQntuples(cascades.get()); ++row) {
        script.plan.cascades.emplace_back(text_at(cascades.get(), row, 0));
    }
    if (tables.schema) {
        // With the tables gone a version row elsewhere would say that all is applied.
        for (const std::string& table : {tables.version, tables.history.value_or(tables.version)}) {
            const std::string name = quote(*tables.schema) + "." + quote(table);
            script.statements.push_back(fmt::format("DROP TABLE IF EXISTS {} CASCADE", name));
        }
        script.plan.removes.push_back(fmt::format("the version table in schema {}", *tables.schema));
    }
    return script;
}

}  // namespace aether::migrate::postgres
