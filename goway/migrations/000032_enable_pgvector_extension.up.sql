-- SPDX-License-Identifier: MIT
-- Installs the extension vector (pgvector 0.5.0 or newer), which 000034 and 000040 need.
-- The block tells four faults apart: package missing, role not allowed, schema not on the search_path, version too old.
-- What to do stands in MESSAGE and DETAIL, because golang-migrate shows those two and leaves HINT out.
-- The comment on the extension records that it was made here, so that the down leaves alone one that was there before.

DO $$
DECLARE
    pg_major  int := current_setting('server_version_num')::int / 10000;
    installed text;
    offered   text;
    untouched text := 'This migration changed nothing. ';
    again     text := ', then migrate again; if golang-migrate left the database dirty,'
                      ' run "migrate force 31" first.';
BEGIN
    SELECT extversion INTO installed FROM pg_extension WHERE extname = 'vector';
    IF installed IS NULL THEN
        SELECT default_version INTO offered FROM pg_available_extensions WHERE name = 'vector';
        IF offered IS NULL THEN
            RAISE EXCEPTION USING
                ERRCODE = 'feature_not_supported',
                MESSAGE = format(
                    'pgvector is not installed on this PostgreSQL %1$s server: install the package'
                    ' postgresql-%1$s-pgvector (apt.postgresql.org) or pgvector_%1$s (yum.postgresql.org),'
                    ' or use the image pgvector/pgvector:pg%1$s', pg_major),
                DETAIL  = untouched || 'Install the package' || again;
        END IF;
        BEGIN
            CREATE EXTENSION IF NOT EXISTS vector;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION USING
                ERRCODE = 'insufficient_privilege',
                MESSAGE = format(
                    'pgvector %s is installed but role %I may not create it in database %I',
                    offered, current_user, current_database()),
                DETAIL  = untouched || 'Have a superuser run CREATE EXTENSION vector; in this database' || again;
        END;
        IF EXISTS (SELECT FROM pg_extension WHERE extname = 'vector' AND pg_has_role(extowner, 'USAGE')) THEN
            COMMENT ON EXTENSION vector IS
                'vector data type and ivfflat and hnsw access methods (made by migration 000032)';
        END IF;
        SELECT extversion INTO installed FROM pg_extension WHERE extname = 'vector';
    END IF;
    IF to_regtype('vector') IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'undefined_object',
            MESSAGE = 'extension vector exists, but its schema is not on the search_path of this connection',
            DETAIL  = untouched || 'Add that schema to the search_path in DATABASE_URL or of the role' || again;
    END IF;
    IF string_to_array(substring(installed FROM '^[0-9.]*[0-9]'), '.')::int[] < ARRAY[0, 5, 0] THEN
        RAISE EXCEPTION USING
            ERRCODE = 'feature_not_supported',
            MESSAGE = format('pgvector %s is too old: 0.5.0 or later is needed for HNSW indexes', installed),
            DETAIL  = untouched || 'Upgrade the package, run ALTER EXTENSION vector UPDATE; as its owner' || again;
    END IF;
END
$$;
