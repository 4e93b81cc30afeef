-- SPDX-License-Identifier: MIT
-- Undoes 000022: drops the link from webhook_events, then webhook_mappings.
-- All mappings and their encrypted secrets are lost; the events stay.

DROP INDEX IF EXISTS idx_webhook_events_webhook_mapping_id;
ALTER TABLE IF EXISTS webhook_events DROP COLUMN IF EXISTS webhook_mapping_id;
DROP TABLE IF EXISTS webhook_mappings;
