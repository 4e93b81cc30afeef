-- SPDX-License-Identifier: MIT
-- Prints the schema of one database as rows [kind, name, definition] in JSON, in an order that never changes.
--
-- Two equal outputs mean two equal schemas: columns, defaults, constraints, indexes, triggers, functions, types,
-- comments, owners, grants and so on. Members of extensions are their extension's business and are left out, and
-- so are the tables of migrate itself with all that hangs on them. Not covered: table data, positions of
-- sequences, subscriptions, roles, large objects. Runs on PostgreSQL 12 to 18; what not every major has is read
-- through to_jsonb. Compare outputs of one major only.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
-- Definitions are printed by these settings, so the caller's must not matter.
SET LOCAL search_path = pg_catalog;
SET LOCAL quote_all_identifiers = off;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL extra_float_digits = 3;
SET LOCAL bytea_output = 'hex';
SET LOCAL row_security = off;
-- The query is wide and runs once: compiling it costs more than running it.
SET LOCAL jit = off;
SET LOCAL statement_timeout = '60s';
WITH
own AS (
    SELECT oid FROM pg_class
    WHERE relname IN ('schema_migrations', 'schema_migrations_history', 'schema_migrations_journal')
      AND relkind IN ('r', 'p')
),
member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
ns AS (
    SELECT n.* FROM pg_namespace n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND (n.oid, 'pg_namespace'::regclass) NOT IN (SELECT objid, classid FROM member)
),
rel AS (
    SELECT c.*, format('%I.%I', ns.nspname, c.relname) AS name
    FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
    WHERE c.relpersistence <> 't'
      AND (c.oid, 'pg_class'::regclass) NOT IN (SELECT objid, classid FROM member)
      AND c.oid NOT IN (SELECT oid FROM own)
      AND c.oid NOT IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM own))
      AND c.oid NOT IN (
        SELECT objid FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
          AND refobjid IN (SELECT oid FROM own) AND deptype IN ('a', 'i'))
),
collations AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.collname) AS name
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
),
-- A missing access list means the default one: written out, so that GRANT and then REVOKE shows no difference.
grants AS (
    SELECT classid, objid, objsubid, jsonb_agg(item::text ORDER BY item::text COLLATE "C") AS acl
    FROM (
        SELECT 'pg_namespace'::regclass AS classid, oid AS objid, 0 AS objsubid,
               unnest(coalesce(nspacl, acldefault('n', nspowner))) AS item FROM pg_namespace
        UNION ALL
        SELECT 'pg_class'::regclass, oid, 0,
               unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner)))
        FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
        UNION ALL
        SELECT 'pg_class'::regclass, attrelid, attnum, unnest(attacl) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL
        SELECT 'pg_proc'::regclass, oid, 0, unnest(coalesce(proacl, acldefault('f', proowner)))
        FROM pg_proc WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_type'::regclass, oid, 0, unnest(coalesce(typacl, acldefault('T', typowner)))
        FROM pg_type WHERE oid >= 16384
        UNION ALL
        SELECT 'pg_database'::regclass, oid, 0, unnest(coalesce(datacl, acldefault('d', datdba))) FROM pg_database
        UNION ALL
        SELECT 'pg_foreign_server'::regclass, oid, 0, unnest(coalesce(srvacl, acldefault('S', srvowner)))
        FROM pg_foreign_server
    ) AS items
    GROUP BY classid, objid, objsubid
),
found AS (
    -- The database and what stands outside of schemas.
    SELECT 'database' AS kind, 'this' AS name, jsonb_build_object(
        'owner', pg_get_userbyid(d.datdba), 'comment', shobj_description(d.oid, 'pg_database'),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_database'::regclass AND objid = d.oid),
        'settings', (SELECT jsonb_object_agg(CASE setrole WHEN 0 THEN '' ELSE pg_get_userbyid(setrole) END, setconfig)
                     FROM pg_db_role_setting WHERE setdatabase = d.oid)) AS definition
    FROM pg_database d WHERE d.datname = current_database()
    UNION ALL
    SELECT 'extension', e.extname, jsonb_build_object(
        'schema', n.nspname, 'version', e.extversion, 'owner', pg_get_userbyid(e.extowner),
        'comment', obj_description(e.oid, 'pg_extension'))
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    UNION ALL
    SELECT 'schema', ns.nspname, jsonb_build_object(
        'owner', pg_get_userbyid(ns.nspowner), 'comment', obj_description(ns.oid, 'pg_namespace'),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_namespace'::regclass AND objid = ns.oid))
    FROM ns
    UNION ALL
    SELECT 'default privileges',
        concat_ws(' ', pg_get_userbyid(d.defaclrole),
                  coalesce((SELECT nspname FROM pg_namespace WHERE oid = d.defaclnamespace), '*'), d.defaclobjtype),
        (SELECT jsonb_agg(item::text ORDER BY item::text COLLATE "C") FROM unnest(d.defaclacl) AS item)
    FROM pg_default_acl d
    UNION ALL
    SELECT 'event trigger', e.evtname, jsonb_build_object(
        'event', e.evtevent, 'function', e.evtfoid::regproc, 'enabled', e.evtenabled, 'tags', e.evttags,
        'comment', obj_description(e.oid, 'pg_event_trigger'))
    FROM pg_event_trigger e
    WHERE (e.oid, 'pg_event_trigger'::regclass) NOT IN (SELECT objid, classid FROM member)
    UNION ALL
    SELECT 'publication', p.pubname, to_jsonb(p) - '{oid,pubowner}'::text[] || jsonb_build_object(
        'owner', pg_get_userbyid(p.pubowner), 'comment', obj_description(p.oid, 'pg_publication'),
        'tables', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.schemaname COLLATE "C", t.tablename COLLATE "C")
                   FROM pg_publication_tables t
                   WHERE t.pubname = p.pubname
                     AND t.tablename NOT IN (SELECT relname FROM pg_class WHERE oid IN (SELECT oid FROM own))))
    FROM pg_publication p
    UNION ALL
    SELECT 'cast', format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
        jsonb_build_object('function', nullif(c.castfunc, 0)::regprocedure, 'context', c.castcontext,
                           'method', c.castmethod, 'comment', obj_description(c.oid, 'pg_cast'))
    FROM pg_cast c
    WHERE c.oid >= 16384 AND (c.oid, 'pg_cast'::regclass) NOT IN (SELECT objid, classid FROM member)
    UNION ALL
    SELECT 'foreign server', s.srvname, jsonb_build_object(
        'wrapper', f.fdwname, 'type', s.srvtype, 'version', s.srvversion, 'options', s.srvoptions,
        'comment', obj_description(s.oid, 'pg_foreign_server'),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_foreign_server'::regclass AND objid = s.oid))
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper f ON f.oid = s.srvfdw
    UNION ALL
    SELECT 'user mapping', format('%s on %s', u.usename, u.srvname), to_jsonb(u.umoptions) FROM pg_user_mappings u
    UNION ALL
    -- Tables, views and sequences.
    SELECT CASE r.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign table' WHEN 'v' THEN 'view'
                          WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' END, r.name,
        jsonb_build_object(
        'owner', pg_get_userbyid(r.relowner), 'persistence', r.relpersistence,
        'comment', obj_description(r.oid, 'pg_class'),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_class'::regclass AND objid = r.oid AND objsubid = 0),
        'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(r.reloptions) o),
        'toast options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM pg_class t, unnest(t.reloptions) o
                          WHERE t.oid = r.reltoastrelid),
        'access method', (SELECT amname FROM pg_am WHERE oid = r.relam),
        'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = r.reltablespace),
        'row security', r.relrowsecurity, 'forced', r.relforcerowsecurity, 'replica identity', r.relreplident,
        'of type', CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END,
        'partition key', CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
        'partition bound', pg_get_expr(r.relpartbound, r.oid),
        'parents', (SELECT jsonb_agg(jsonb_build_array(i.inhparent::regclass, to_jsonb(i) -> 'inhdetachpending')
                                     ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid),
        'query', CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid, false) END,
        'populated', r.relispopulated,
        'sequence', (SELECT to_jsonb(s) - '{seqrelid,seqtypid}'::text[] || jsonb_build_object(
                        'type', format_type(s.seqtypid, NULL),
                        'owned by', (SELECT jsonb_agg(jsonb_build_array(d.deptype, d.refobjid::regclass, a.attname))
                                     FROM pg_depend d
                                     JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                                     WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid
                                       AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))
                     FROM pg_sequence s WHERE s.seqrelid = r.oid))
    FROM rel r WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    -- A column's place is its rank among the living: attnum also counts dropped ones.
    SELECT 'column', format('%s.%I', r.name, a.attname), jsonb_build_object(
        'place', CASE WHEN NOT r.relispartition THEN row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum) END,
        'type', format_type(a.atttypid, a.atttypmod), 'not null', a.attnotnull,
        'collation', (SELECT name FROM collations WHERE oid = a.attcollation AND oid <> t.typcollation),
        'default', pg_get_expr(d.adbin, d.adrelid), 'generated', a.attgenerated, 'identity', a.attidentity,
        'storage', a.attstorage, 'compression', to_jsonb(a) -> 'attcompression',
        'statistics', nullif(a.attstattarget, -1),
        -- Some minor releases stamp every column with pg_attver, which says nothing about the schema.
        'options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(a.attoptions) o
                    WHERE o NOT LIKE 'pg\_attver=%'),
        'foreign options', (SELECT jsonb_agg(o ORDER BY o COLLATE "C") FROM unnest(a.attfdwoptions) o),
        'local', a.attislocal, 'inherited', a.attinhcount, 'comment', col_description(r.oid, a.attnum),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_class'::regclass AND objid = r.oid AND objsubid = a.attnum))
    FROM rel r
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm')
    UNION ALL
    SELECT 'constraint', format('%s.%I', r.name, k.conname), jsonb_build_object(
        'definition', pg_get_constraintdef(k.oid, false), 'valid', k.convalidated, 'local', k.conislocal,
        'inherited', k.coninhcount, 'no inherit', k.connoinherit, 'enforced', to_jsonb(k) -> 'conenforced',
        'parent', (SELECT conname FROM pg_constraint p WHERE p.oid = k.conparentid),
        'index', CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid::regclass END,
        'comment', obj_description(k.oid, 'pg_constraint'))
    FROM pg_constraint k JOIN rel r ON r.oid = k.conrelid WHERE k.contype <> 't'
    UNION ALL
    SELECT 'index', r.name, jsonb_build_object(
        'definition', pg_get_indexdef(r.oid), 'table', i.indrelid::regclass, 'valid', i.indisvalid,
        'ready', i.indisready, 'live', i.indislive, 'clustered', i.indisclustered,
        'replica identity', i.indisreplident, 'owner', pg_get_userbyid(r.relowner),
        'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = r.reltablespace),
        'parent', (SELECT jsonb_agg(inhparent::regclass) FROM pg_inherits WHERE inhrelid = r.oid),
        'statistics', (SELECT jsonb_agg(jsonb_build_array(a.attnum, a.attstattarget) ORDER BY a.attnum)
                       FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attstattarget >= 0),
        'comment', obj_description(r.oid, 'pg_class'))
    FROM pg_index i JOIN rel r ON r.oid = i.indexrelid
    UNION ALL
    SELECT 'trigger', format('%s.%I', r.name, t.tgname), jsonb_build_object(
        'definition', pg_get_triggerdef(t.oid, false), 'enabled', t.tgenabled,
        'parent', to_jsonb(t) ->> 'tgparentid' <> '0', 'comment', obj_description(t.oid, 'pg_trigger'))
    FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
    UNION ALL
    -- DISABLE TRIGGER ALL also switches off foreign keys, which no dump shows.
    SELECT 'foreign key trigger', format('%s.%I#%s', r.name, k.conname, t.tgfoid::regproc),
        jsonb_build_object('enabled', t.tgenabled)
    FROM pg_trigger t JOIN rel r ON r.oid = t.tgrelid JOIN pg_constraint k ON k.oid = t.tgconstraint
    WHERE t.tgisinternal AND t.tgenabled <> 'O'
    UNION ALL
    SELECT 'rule', format('%s.%I', r.name, w.rulename), jsonb_build_object(
        'definition', pg_get_ruledef(w.oid, false), 'enabled', w.ev_enabled,
        'comment', obj_description(w.oid, 'pg_rewrite'))
    FROM pg_rewrite w JOIN rel r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT 'policy', format('%s.%I', r.name, p.polname), jsonb_build_object(
        'command', p.polcmd, 'permissive', p.polpermissive,
        'roles', (SELECT jsonb_agg(x ORDER BY x COLLATE "C")
                  FROM (SELECT CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o) END::text AS x
                        FROM unnest(p.polroles) o) s),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
        'comment', obj_description(p.oid, 'pg_policy'))
    FROM pg_policy p JOIN rel r ON r.oid = p.polrelid
    UNION ALL
    SELECT 'statistics', format('%I.%I', ns.nspname, s.stxname), jsonb_build_object(
        'definition', pg_get_statisticsobjdef(s.oid), 'target', nullif(to_jsonb(s) -> 'stxstattarget', '-1'),
        'owner', pg_get_userbyid(s.stxowner), 'comment', obj_description(s.oid, 'pg_statistic_ext'))
    FROM pg_statistic_ext s JOIN ns ON ns.oid = s.stxnamespace
    UNION ALL
    -- Functions and types.
    SELECT CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'p' THEN 'procedure' ELSE 'function' END,
        format('%I.%I(%s)', ns.nspname, p.proname, pg_get_function_identity_arguments(p.oid)), jsonb_build_object(
        'owner', pg_get_userbyid(p.proowner), 'comment', obj_description(p.oid, 'pg_proc'),
        'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
        'aggregate', (SELECT to_jsonb(g) - 'aggfnoid' || jsonb_build_object(
                          'arguments', pg_get_function_arguments(p.oid),
                          'aggtranstype', format_type(g.aggtranstype, NULL),
                          'aggmtranstype', format_type(g.aggmtranstype, NULL),
                          'aggsortop', nullif(g.aggsortop, 0)::regoperator)
                      FROM pg_aggregate g WHERE g.aggfnoid = p.oid),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_proc'::regclass AND objid = p.oid))
    FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
    WHERE (p.oid, 'pg_proc'::regclass) NOT IN (SELECT objid, classid FROM member)
      AND NOT EXISTS (SELECT FROM pg_depend d  -- constructors of range types
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')
    UNION ALL
    SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type'
                          WHEN 'r' THEN 'range type' WHEN 'm' THEN 'multirange type' ELSE 'base type' END,
        format('%I.%I', ns.nspname, t.typname), jsonb_build_object(
        'owner', pg_get_userbyid(t.typowner), 'comment', obj_description(t.oid, 'pg_type'),
        'labels', (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
        'base', CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
        'not null', t.typnotnull, 'default', t.typdefault,
        'collation', CASE WHEN t.typtype = 'd' THEN (SELECT name FROM collations WHERE oid = t.typcollation) END,
        'constraints', (SELECT jsonb_object_agg(k.conname, jsonb_build_array(
                            pg_get_constraintdef(k.oid, false), k.convalidated,
                            obj_description(k.oid, 'pg_constraint')))
                        FROM pg_constraint k WHERE k.contypid = t.oid),
        'attributes', (SELECT jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod),
                                                          (SELECT name FROM collations WHERE oid = a.attcollation),
                                                          col_description(a.attrelid, a.attnum)) ORDER BY a.attnum)
                       FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped),
        'range', (SELECT jsonb_build_array(format_type(r.rngsubtype, NULL),
                                           (SELECT name FROM collations WHERE oid = r.rngcollation),
                                           (SELECT opcname FROM pg_opclass WHERE oid = r.rngsubopc),
                                           r.rngcanonical, r.rngsubdiff) FROM pg_range r WHERE r.rngtypid = t.oid),
        'acl', (SELECT acl FROM grants WHERE classid = 'pg_type'::regclass AND objid = t.oid))
    FROM pg_type t JOIN ns ON ns.oid = t.typnamespace
    WHERE (t.oid, 'pg_type'::regclass) NOT IN (SELECT objid, classid FROM member)
      AND (t.typtype IN ('e', 'd', 'r', 'm') OR t.typtype = 'b' AND t.typcategory <> 'A'
           OR t.typtype = 'c' AND (SELECT relkind FROM pg_class WHERE oid = t.typrelid) = 'c')
    UNION ALL
    SELECT 'collation', format('%I.%I', ns.nspname, c.collname),
        to_jsonb(c) - '{oid,collnamespace,collowner,collversion}'::text[]
        || jsonb_build_object('owner', pg_get_userbyid(c.collowner), 'comment', obj_description(c.oid, 'pg_collation'))
    FROM pg_collation c JOIN ns ON ns.oid = c.collnamespace
    UNION ALL
    -- Whatever else a user can create is at least seen to exist.
    SELECT 'other: ' || (i).type, (i).identity, to_jsonb(obj_description(objid, classid::regclass::name))
    FROM (
        SELECT classid, objid, pg_identify_object(classid, objid, 0) AS i
        FROM (
            SELECT 'pg_operator'::regclass::oid AS classid, oid AS objid FROM pg_operator
            UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
            UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
            UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
            UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
            UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
            UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
            UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
            UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am
            UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
            UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
            UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
        ) AS candidates
        WHERE objid >= 16384 AND (objid, classid) NOT IN (SELECT objid, classid FROM member)
    ) AS others
    UNION ALL
    SELECT 'security label', format('%s %s %s', s.provider, s.objtype, s.objname), to_jsonb(s.label) FROM pg_seclabels s
)
SELECT jsonb_build_array(kind, name, jsonb_strip_nulls(definition)) FROM found
ORDER BY kind COLLATE "C", name COLLATE "C";
COMMIT;
