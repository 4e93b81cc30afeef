-- SPDX-License-Identifier: MIT
-- Creates webhook_events, which keeps every inbound event as it came, and the shared function set_updated_at().
-- Events are stored before anything is read out of them, so event_name, action and canonical_trigger start as NULL.
-- delivery_id makes a redelivery harmless; senders that give none (NULL) are never deduplicated.
-- jsonb does not keep the exact bytes: check a signature against the raw body before storing. It also refuses \u0000.

CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION set_updated_at() IS 'Row trigger: stamps updated_at; shared by every mutable table.';

CREATE TABLE IF NOT EXISTS webhook_events (
    id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    source             text        NOT NULL,
    slug               text        NOT NULL,
    delivery_id        text,
    event_name         text,
    action             text,
    canonical_trigger  text,
    headers            jsonb       NOT NULL DEFAULT '{}'::jsonb,
    payload            jsonb       NOT NULL,
    signature_verified boolean     NOT NULL DEFAULT false,
    status             text        NOT NULL DEFAULT 'received',
    attempts           integer     NOT NULL DEFAULT 0,
    error_message      text,
    received_at        timestamptz NOT NULL DEFAULT now(),
    processed_at       timestamptz,
    CONSTRAINT ck_webhook_events_source    CHECK (source ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_webhook_events_slug      CHECK (slug ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    CONSTRAINT ck_webhook_events_trigger   CHECK (canonical_trigger ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT ck_webhook_events_headers   CHECK (jsonb_typeof(headers) = 'object'),
    CONSTRAINT ck_webhook_events_status
        CHECK (status IN ('received', 'processing', 'processed', 'discarded', 'failed')),
    CONSTRAINT ck_webhook_events_attempts  CHECK (attempts >= 0),
    CONSTRAINT ck_webhook_events_processed CHECK (processed_at IS NULL OR processed_at >= received_at)
);
CREATE UNIQUE INDEX IF NOT EXISTS uq_webhook_events_delivery ON webhook_events (source, delivery_id)
    WHERE delivery_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_webhook_events_received_at ON webhook_events (received_at DESC);
CREATE INDEX IF NOT EXISTS idx_webhook_events_open ON webhook_events (received_at)
    WHERE status IN ('received', 'processing');
CREATE INDEX IF NOT EXISTS idx_webhook_events_source_event ON webhook_events (source, event_name, action);
CREATE INDEX IF NOT EXISTS idx_webhook_events_trigger ON webhook_events (canonical_trigger, received_at DESC)
    WHERE canonical_trigger IS NOT NULL;
COMMENT ON TABLE  webhook_events IS
    'Raw inbound events, stored before extraction so that unmapped ones can be inspected and replayed.';
COMMENT ON COLUMN webhook_events.slug IS 'Path segment of POST /webhook/:slug.';
COMMENT ON COLUMN webhook_events.delivery_id IS
    'Sender''s delivery id (X-GitHub-Delivery and the like); makes redelivery idempotent.';
COMMENT ON COLUMN webhook_events.event_name IS 'NULL until extraction has run.';
COMMENT ON COLUMN webhook_events.headers IS 'Request headers with credentials and signatures removed.';
COMMENT ON COLUMN webhook_events.status IS 'discarded = no mapping found; failed = processing raised an error.';
