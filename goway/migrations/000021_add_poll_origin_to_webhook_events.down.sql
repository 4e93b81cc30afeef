-- SPDX-License-Identifier: MIT
-- Undoes 000021: drops the index, then both columns of webhook_events; their constraints go with them.
-- The events stay; how they arrived is forgotten.

DROP INDEX IF EXISTS idx_webhook_events_poll_source_id;
ALTER TABLE IF EXISTS webhook_events
    DROP COLUMN IF EXISTS poll_source_id,
    DROP COLUMN IF EXISTS origin;
