-- SPDX-License-Identifier: MIT
-- Creates poll_sources: external systems that are asked at intervals because they cannot send webhooks.
-- Polled items take the same way as webhooks; slug names the mapping whose rules read them.

CREATE TABLE IF NOT EXISTS poll_sources (
    id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name             text        NOT NULL,
    source           text        NOT NULL,
    slug             text        NOT NULL,
    project_id       bigint,
    integration_id   uuid,
    query            jsonb       NOT NULL DEFAULT '{}'::jsonb,
    interval_seconds integer     NOT NULL DEFAULT 300,
    is_active        boolean     NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_poll_sources_name UNIQUE (name),
    CONSTRAINT fk_poll_sources_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT fk_poll_sources_integration FOREIGN KEY (integration_id)
        REFERENCES dynamic_integrations (id) ON DELETE SET NULL,
    CONSTRAINT ck_poll_sources_source   CHECK (source ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_poll_sources_slug     CHECK (slug ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    CONSTRAINT ck_poll_sources_query    CHECK (jsonb_typeof(query) = 'object'),
    CONSTRAINT ck_poll_sources_interval CHECK (interval_seconds BETWEEN 10 AND 604800)
);
CREATE INDEX IF NOT EXISTS idx_poll_sources_project_id     ON poll_sources (project_id)    
    WHERE project_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_poll_sources_integration_id ON poll_sources (integration_id)
    WHERE integration_id IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_poll_sources_updated_at BEFORE UPDATE ON poll_sources
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  poll_sources IS 'External systems asked at intervals, for those that cannot send webhooks.';
COMMENT ON COLUMN poll_sources.slug IS 'Webhook mapping slug whose extraction rules apply to the polled items.';
COMMENT ON COLUMN poll_sources.integration_id IS 'Credentials; NULL = those of the environment.';
