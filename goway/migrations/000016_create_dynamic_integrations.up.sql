-- SPDX-License-Identifier: MIT
-- Creates dynamic_integrations: trackers and other services that are set up at run time.
-- Credentials are stored encrypted, never as plain text, together with the fingerprint of the key, so that a wrong
-- ENCRYPTION_KEY is noticed before decryption fails.

CREATE TABLE IF NOT EXISTS dynamic_integrations (
    id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    slug                  text        NOT NULL,
    name                  text        NOT NULL,
    integration_type      text        NOT NULL,
    base_url              text,
    config                jsonb       NOT NULL DEFAULT '{}'::jsonb,
    credentials_encrypted bytea,
    encryption_key_id     text,
    is_active             boolean     NOT NULL DEFAULT true,
    last_verified_at      timestamptz,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_dynamic_integrations_slug UNIQUE (slug),
    CONSTRAINT ck_dynamic_integrations_slug CHECK (slug ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    CONSTRAINT ck_dynamic_integrations_type CHECK (integration_type ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_dynamic_integrations_url  CHECK (base_url ~ '^https?://'),
    CONSTRAINT ck_dynamic_integrations_config CHECK (jsonb_typeof(config) = 'object'),
    CONSTRAINT ck_dynamic_integrations_key  CHECK ((credentials_encrypted IS NULL) = (encryption_key_id IS NULL))
);
CREATE INDEX IF NOT EXISTS idx_dynamic_integrations_type ON dynamic_integrations (integration_type) WHERE is_active;
CREATE OR REPLACE TRIGGER trg_dynamic_integrations_updated_at BEFORE UPDATE ON dynamic_integrations
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  dynamic_integrations IS
    'Trackers and other services configured at run time instead of by environment variables.';
COMMENT ON COLUMN dynamic_integrations.slug IS 'Chosen by the user; also the :slug of its webhook endpoint.';
COMMENT ON COLUMN dynamic_integrations.credentials_encrypted IS
    'AES-256-GCM: nonce || ciphertext || tag, under ENCRYPTION_KEY. Never plain text.';
COMMENT ON COLUMN dynamic_integrations.encryption_key_id IS 'Fingerprint of the key used, for rotation.';
