-- SPDX-License-Identifier: MIT
-- Creates webhook_mappings: how a webhook is authenticated, filtered (jq) and read; links webhook_events to it.
-- A check refuses the key "secret" in auth_config: the secret is stored encrypted, in a column of its own.
-- The length check on jq programs is a first fence only; the server limits their time and output.

CREATE TABLE IF NOT EXISTS webhook_mappings (
    id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name                  text        NOT NULL,
    slug                  text        NOT NULL,
    source_key            text        NOT NULL,
    description           text        NOT NULL DEFAULT '',
    integration_id        uuid,
    extraction_rules      jsonb       NOT NULL DEFAULT '{}'::jsonb,
    jq_filter             text,
    jq_transform          text,
    auth_type             text        NOT NULL DEFAULT 'none',
    auth_config           jsonb       NOT NULL DEFAULT '{}'::jsonb,
    auth_secret_encrypted bytea,
    encryption_key_id     text,
    is_active             boolean     NOT NULL DEFAULT true,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_webhook_mappings_slug UNIQUE (slug),
    CONSTRAINT fk_webhook_mappings_integration FOREIGN KEY (integration_id)
        REFERENCES dynamic_integrations (id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_mappings_slug   CHECK (slug ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    CONSTRAINT ck_webhook_mappings_source CHECK (source_key ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_webhook_mappings_rules  CHECK (jsonb_typeof(extraction_rules) = 'object'),
    CONSTRAINT ck_webhook_mappings_jq     CHECK (length(jq_filter) <= 4096 AND length(jq_transform) <= 16384),
    CONSTRAINT ck_webhook_mappings_auth_type   CHECK (auth_type IN ('none', 'hmac', 'bearer', 'header', 'basic')),
    CONSTRAINT ck_webhook_mappings_auth_config
        CHECK (jsonb_typeof(auth_config) = 'object' AND NOT auth_config ? 'secret'),
    CONSTRAINT ck_webhook_mappings_auth_secret CHECK (
        (auth_type = 'none') = (auth_secret_encrypted IS NULL) AND
        (auth_secret_encrypted IS NULL) = (encryption_key_id IS NULL))
);
CREATE INDEX IF NOT EXISTS idx_webhook_mappings_source_key ON webhook_mappings (source_key) WHERE is_active;
CREATE INDEX IF NOT EXISTS idx_webhook_mappings_integration_id ON webhook_mappings (integration_id)
    WHERE integration_id IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_webhook_mappings_updated_at BEFORE UPDATE ON webhook_mappings
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
ALTER TABLE webhook_events
    ADD COLUMN IF NOT EXISTS webhook_mapping_id uuid;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'webhook_events'::regclass AND conname = 'fk_webhook_events_mapping'
    ) THEN
        ALTER TABLE webhook_events ADD CONSTRAINT fk_webhook_events_mapping
            FOREIGN KEY (webhook_mapping_id)
            REFERENCES webhook_mappings (id) ON DELETE SET NULL;
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_webhook_events_webhook_mapping_id ON webhook_events (webhook_mapping_id)
    WHERE webhook_mapping_id IS NOT NULL;
COMMENT ON TABLE  webhook_mappings IS 'How POST /webhook/:slug is authenticated, filtered and read.';
COMMENT ON COLUMN webhook_mappings.extraction_rules IS
    'event, action and issue_context rules: from_header or from_path (JSONPath).';
COMMENT ON COLUMN webhook_mappings.jq_filter IS
    'jq program over the payload; false, null or no output drops the event. Compiled (not run) when saved.';
COMMENT ON COLUMN webhook_mappings.jq_transform IS
    'jq program whose single output replaces the payload before extraction.';
COMMENT ON COLUMN webhook_mappings.auth_config IS
    'Header name, algorithm, prefix; the secret itself is only in auth_secret_encrypted.';
