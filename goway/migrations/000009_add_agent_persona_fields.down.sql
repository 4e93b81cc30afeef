-- SPDX-License-Identifier: MIT
-- Undoes 000009: drops the five persona columns of agents; their checks go with them.
-- The persona texts are lost; the agents stay.

ALTER TABLE IF EXISTS agents
    DROP COLUMN IF EXISTS communication_style,
    DROP COLUMN IF EXISTS constraints,
    DROP COLUMN IF EXISTS responsibilities,
    DROP COLUMN IF EXISTS identity,
    DROP COLUMN IF EXISTS context;
