-- SPDX-License-Identifier: MIT
-- Adds to webhook_events how an event arrived: pushed, polled (and by which poll source) or replayed.
-- The defaults are constant, so the table is not rewritten.
-- Constraints have no IF NOT EXISTS, so each is added only when the table does not have it yet.

ALTER TABLE webhook_events
    ADD COLUMN IF NOT EXISTS origin         text NOT NULL DEFAULT 'webhook',
    ADD COLUMN IF NOT EXISTS poll_source_id uuid;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'webhook_events'::regclass AND conname = 'fk_webhook_events_poll_source'
    ) THEN
        ALTER TABLE webhook_events ADD CONSTRAINT fk_webhook_events_poll_source
            FOREIGN KEY (poll_source_id)
            REFERENCES poll_sources (id) ON DELETE SET NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'webhook_events'::regclass AND conname = 'ck_webhook_events_origin'
    ) THEN
        ALTER TABLE webhook_events ADD CONSTRAINT ck_webhook_events_origin
            CHECK (origin IN ('webhook', 'poll', 'replay'));
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'webhook_events'::regclass AND conname = 'ck_webhook_events_poll_source'
    ) THEN
        ALTER TABLE webhook_events ADD CONSTRAINT ck_webhook_events_poll_source
            CHECK (poll_source_id IS NULL OR origin <> 'webhook');
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_webhook_events_poll_source_id ON webhook_events (poll_source_id, received_at DESC)
    WHERE poll_source_id IS NOT NULL;
COMMENT ON COLUMN webhook_events.origin IS 'How the event reached Aether: pushed, polled, or replayed by an operator.';
