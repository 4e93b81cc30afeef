-- SPDX-License-Identifier: MIT
-- Creates knowledge_sources: where documents for the knowledge base come from, Confluence first.
-- source_type is checked by its shape and not by a list, because more connectors are to come.

CREATE TABLE IF NOT EXISTS knowledge_sources (
    id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name                  text        NOT NULL,
    source_type           text        NOT NULL,
    project_id            bigint,
    integration_id        uuid,
    base_url              text,
    config                jsonb       NOT NULL DEFAULT '{}'::jsonb,
    embedding_model       text        NOT NULL,
    sync_interval_seconds integer,
    last_synced_at        timestamptz,
    is_active             boolean     NOT NULL DEFAULT true,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_knowledge_sources_name UNIQUE NULLS NOT DISTINCT (project_id, name),
    CONSTRAINT fk_knowledge_sources_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT fk_knowledge_sources_integration FOREIGN KEY (integration_id)
        REFERENCES dynamic_integrations (id) ON DELETE SET NULL,
    CONSTRAINT ck_knowledge_sources_type     CHECK (source_type ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_knowledge_sources_url      CHECK (base_url ~ '^https?://'),
    CONSTRAINT ck_knowledge_sources_config   CHECK (jsonb_typeof(config) = 'object'),
    CONSTRAINT ck_knowledge_sources_interval CHECK (sync_interval_seconds >= 60)
);
CREATE INDEX IF NOT EXISTS idx_knowledge_sources_integration_id ON knowledge_sources (integration_id)
    WHERE integration_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_knowledge_sources_due ON knowledge_sources (last_synced_at NULLS FIRST)
    WHERE is_active AND sync_interval_seconds IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_knowledge_sources_updated_at BEFORE UPDATE ON knowledge_sources
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  knowledge_sources IS
    'Where documents come from (confluence first); project_id NULL = organisation-wide.';
COMMENT ON COLUMN knowledge_sources.embedding_model IS
    'Must yield 1536 dimensions; all chunks of a source use one model.';
COMMENT ON COLUMN knowledge_sources.sync_interval_seconds IS 'NULL = by hand only.';
