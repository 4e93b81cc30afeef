-- SPDX-License-Identifier: MIT
-- Undoes 000032: drops the extension vector if 000032 made it and the current role may drop it.
-- One that was there before, or that belongs to another role, is left in place with a notice.
-- Never with CASCADE: a column that still uses the type makes this fail instead of vanishing.

DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_extension
        WHERE extname = 'vector'
          AND pg_has_role(extowner, 'USAGE')
          AND obj_description(oid, 'pg_extension') LIKE '%(made by migration 000032)'
    ) THEN
        DROP EXTENSION vector;
    ELSE
        RAISE NOTICE 'extension vector left in place: absent, owned by another role, or not made by migration 000032';
    END IF;
END
$$;
