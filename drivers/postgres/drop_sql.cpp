// SPDX-License-Identifier: MIT
// The query that finds what `drop` removes, what CASCADE takes besides, and what stays.
#include "drop_sql.hpp"

namespace aether::migrate::postgres {

// made   Everything that a person or an extension made in the schema, and our tables in another schema.
//        Left out is what belongs to another object (an identity's sequence, the constructors of a range
//        type): it goes or stays with that. The rank orders the removal: views first, types late, so that
//        CASCADE has little to do. Parsers and templates have no owner; only a superuser may touch them, so
//        they count as those of the first one, whose oid is always 10.
// gone   What the server's own walk would delete, from the manual's chapter on pg_depend and from
//        findDependentObjects() of dependency.c: whoever depends on a deleted object, and whoever owns a
//        deleted object that is internal to it (a view's rule takes the view, a member its extension).
// taken  Of that walk what a reader must know: not what is removed by name, and not the parts of an object
//        that is in the walk itself (indexes, constraints, row types, own sequences). Tables and views are
//        never parts: partitions of another schema or owner are named.
//
// Identities of the server are qualified and quoted, so a DROP can use them. ROUTINE is for aggregates: DROP
// AGGREGATE wants a star where the identity has empty brackets.
const std::string_view kDropQuery = R"sql(
WITH RECURSIVE class AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid AS relation,
           'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid AS routine,
           'pg_catalog.pg_type'::pg_catalog.regclass::pg_catalog.oid AS type,
           'pg_catalog.pg_collation'::pg_catalog.regclass::pg_catalog.oid AS collation,
           'pg_catalog.pg_conversion'::pg_catalog.regclass::pg_catalog.oid AS conversion,
           'pg_catalog.pg_ts_config'::pg_catalog.regclass::pg_catalog.oid AS search,
           'pg_catalog.pg_ts_dict'::pg_catalog.regclass::pg_catalog.oid AS dictionary,
           'pg_catalog.pg_ts_parser'::pg_catalog.regclass::pg_catalog.oid AS parser,
           'pg_catalog.pg_ts_template'::pg_catalog.regclass::pg_catalog.oid AS template,
           'pg_catalog.pg_operator'::pg_catalog.regclass::pg_catalog.oid AS operator,
           'pg_catalog.pg_opclass'::pg_catalog.regclass::pg_catalog.oid AS opclass,
           'pg_catalog.pg_opfamily'::pg_catalog.regclass::pg_catalog.oid AS opfamily,
           'pg_catalog.pg_statistic_ext'::pg_catalog.regclass::pg_catalog.oid AS statistics,
           'pg_catalog.pg_extension'::pg_catalog.regclass::pg_catalog.oid AS extension,
           'pg_catalog.pg_constraint'::pg_catalog.regclass::pg_catalog.oid AS keys,
           'pg_catalog.pg_attrdef'::pg_catalog.regclass::pg_catalog.oid AS defaults,
           'pg_catalog.pg_trigger'::pg_catalog.regclass::pg_catalog.oid AS triggers,
           'pg_catalog.pg_rewrite'::pg_catalog.regclass::pg_catalog.oid AS rules,
           'pg_catalog.pg_policy'::pg_catalog.regclass::pg_catalog.oid AS policies,
           'pg_catalog.pg_amop'::pg_catalog.regclass::pg_catalog.oid AS amop,
           'pg_catalog.pg_amproc'::pg_catalog.regclass::pg_catalog.oid AS amproc
), place AS (
    SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = pg_catalog.current_schema()
), found AS (
    SELECT k.relation AS class, c.oid, c.relowner AS owner, false AS ours,
           CASE c.relkind WHEN 'v' THEN 1 WHEN 'm' THEN 2 WHEN 'f' THEN 4 WHEN 'S' THEN 5 ELSE 3 END AS rank
    FROM pg_catalog.pg_class c JOIN place p ON c.relnamespace = p.oid CROSS JOIN class k
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND NOT (c.relkind = 'S' AND EXISTS (
              SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = k.relation AND d.objid = c.oid AND d.refclassid = k.relation
                AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT k.relation, c.oid, c.relowner, true, 3
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace CROSS JOIN class k
    WHERE n.nspname = $1::pg_catalog.name AND n.oid NOT IN (SELECT oid FROM place) AND c.relkind IN ('r', 'p')
      AND c.relname IN ($2::pg_catalog.name, $3::pg_catalog.name, $4::pg_catalog.name)
    UNION ALL
    SELECT k.routine, o.oid, o.proowner, false, 6
    FROM pg_catalog.pg_proc o JOIN place p ON o.pronamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.type, o.oid, o.typowner, false, 7
    FROM pg_catalog.pg_type o JOIN place p ON o.typnamespace = p.oid CROSS JOIN class k
    LEFT JOIN pg_catalog.pg_class c ON c.oid = o.typrelid
    WHERE o.typtype IN ('b', 'd', 'e', 'p', 'r') OR (o.typtype = 'c' AND c.relkind = 'c')
    UNION ALL
    SELECT k.collation, o.oid, o.collowner, false, 8
    FROM pg_catalog.pg_collation o JOIN place p ON o.collnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.search, o.oid, o.cfgowner, false, 9
    FROM pg_catalog.pg_ts_config o JOIN place p ON o.cfgnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.dictionary, o.oid, o.dictowner, false, 10
    FROM pg_catalog.pg_ts_dict o JOIN place p ON o.dictnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.parser, o.oid, 10, false, 10
    FROM pg_catalog.pg_ts_parser o JOIN place p ON o.prsnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.template, o.oid, 10, false, 10
    FROM pg_catalog.pg_ts_template o JOIN place p ON o.tmplnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.opclass, o.oid, o.opcowner, false, 11
    FROM pg_catalog.pg_opclass o JOIN place p ON o.opcnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.opfamily, o.oid, o.opfowner, false, 12
    FROM pg_catalog.pg_opfamily o JOIN place p ON o.opfnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.operator, o.oid, o.oprowner, false, 13
    FROM pg_catalog.pg_operator o JOIN place p ON o.oprnamespace = p.oid CROSS JOIN class k
    UNION ALL
    SELECT k.conversion, o.oid, o.conowner, false, 14
    FROM pg_catalog.pg_conversion o JOIN place p ON o.connamespace = p.oid CROSS JOIN class k
), made AS (
    SELECT f.class, f.oid, f.owner, f.rank, e.oid AS extension, e.extname,
           e.oid IS NULL AND (f.ours OR pg_catalog.pg_has_role(f.owner, 'USAGE')) AS goes
    FROM found f CROSS JOIN class k
    LEFT JOIN pg_catalog.pg_depend d ON d.classid = f.class AND d.objid = f.oid AND d.objsubid = 0
         AND d.refclassid = k.extension AND d.deptype = 'e'
    LEFT JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend i
                      WHERE i.classid = f.class AND i.objid = f.oid AND i.objsubid = 0 AND i.deptype = 'i')
), gone AS (
    SELECT m.class, m.oid, 0 AS part FROM made m WHERE m.goes
    UNION
    SELECT s.class, s.oid, s.part
    FROM gone g CROSS JOIN LATERAL (
        SELECT d.classid AS class, d.objid AS oid, d.objsubid AS part
        FROM pg_catalog.pg_depend d
        WHERE d.refclassid = g.class AND d.refobjid = g.oid AND (g.part = 0 OR d.refobjsubid = g.part)
          AND d.deptype IN ('n', 'a', 'i', 'P', 'S', 'e', 'x')
        UNION ALL
        SELECT d.refclassid, d.refobjid, d.refobjsubid
        FROM pg_catalog.pg_depend d
        WHERE d.classid = g.class AND d.objid = g.oid AND (g.part = 0 OR d.objsubid = g.part)
          AND d.deptype IN ('i', 'e')
    ) s
), taken AS (
    SELECT g.class, g.oid, g.part
    FROM gone g CROSS JOIN class k
    LEFT JOIN pg_catalog.pg_class c ON g.class = k.relation AND c.oid = g.oid
    LEFT JOIN pg_catalog.pg_statistic_ext t ON g.class = k.statistics AND t.oid = g.oid
    WHERE NOT EXISTS (SELECT FROM made m WHERE m.goes AND m.class = g.class AND m.oid = g.oid)
      AND NOT EXISTS (SELECT FROM gone w WHERE w.class = g.class AND w.oid = g.oid AND w.part = 0 AND g.part <> 0)
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend d
          JOIN gone w ON w.class = d.refclassid AND w.oid = d.refobjid AND (w.part = 0 OR w.part = d.refobjsubid)
          WHERE d.classid = g.class AND d.objid = g.oid AND d.objsubid = g.part
            AND NOT (w.class = g.class AND w.oid = g.oid)
            AND (d.deptype IN ('i', 'e')
                 OR (d.deptype IN ('a', 'P', 'S')
                     AND (c.relkind IN ('i', 'I', 'S', 't')
                          OR g.class IN (k.keys, k.defaults, k.triggers, k.rules, k.policies, k.amop, k.amproc)))))
      AND NOT (g.part = 0 AND coalesce(c.relnamespace, t.stxnamespace, 0) IN (SELECT oid FROM place)
               AND pg_catalog.pg_has_role(coalesce(c.relowner, t.stxowner), 'USAGE'))
), told AS (
    SELECT 1 AS block, 'remove' AS verdict, m.rank, m.class, m.oid, 0 AS part, NULL::pg_catalog.oid AS owner
    FROM made m
    WHERE m.goes
      AND NOT EXISTS (
          SELECT FROM class k
          JOIN gone w ON w.class = k.relation AND w.part = 0
          JOIN pg_catalog.pg_inherits h ON h.inhparent = w.oid
          JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid AND c.relispartition
          WHERE w.class = m.class AND c.oid = m.oid)
    UNION ALL
    SELECT 2, 'cascade', 0, t.class, t.oid, t.part, m.owner
    FROM taken t LEFT JOIN made m ON m.class = t.class AND m.oid = t.oid
    UNION ALL
    SELECT 3, 'keep', m.rank, m.class, m.oid, 0, m.owner
    FROM made m
    WHERE NOT m.goes AND m.extension IS NULL
      AND NOT EXISTS (SELECT FROM gone g WHERE g.class = m.class AND g.oid = m.oid AND g.part = 0)
), rows AS (
    SELECT t.block, t.verdict, t.rank,
           pg_catalog.format(CASE WHEN t.owner IS NULL THEN '%s %s' ELSE '%s %s (owned by %s)' END,
               CASE WHEN f.contype = 'f' THEN 'foreign key'
                    WHEN i.type = 'table column' THEN 'column'
                    WHEN i.type = 'table constraint' THEN 'constraint'
                    ELSE i.type END,
               i.identity, pg_catalog.pg_get_userbyid(t.owner)) AS label,
           NULL::pg_catalog.int8 AS number,
           CASE t.verdict WHEN 'remove' THEN pg_catalog.format('DROP %s IF EXISTS %s CASCADE',
               CASE i.type WHEN 'aggregate' THEN 'ROUTINE' ELSE pg_catalog.upper(i.type) END, i.identity) END
           AS statement
    FROM told t CROSS JOIN class k
    CROSS JOIN LATERAL pg_catalog.pg_identify_object(t.class, t.oid, t.part) i
    LEFT JOIN pg_catalog.pg_constraint f ON t.class = k.keys AND f.oid = t.oid
    UNION ALL
    SELECT 4, 'extension', 0, m.extname::pg_catalog.text, pg_catalog.count(*), NULL
    FROM made m CROSS JOIN class k
    WHERE NOT EXISTS (SELECT FROM gone g WHERE g.class = k.extension AND g.oid = m.extension)
      AND m.extension IS NOT NULL
    GROUP BY m.extname
)
SELECT r.verdict, r.label, r.number, r.statement
FROM rows r
ORDER BY r.block, r.rank, r.label COLLATE pg_catalog."C"
)sql";

}  // namespace aether::migrate::postgres
