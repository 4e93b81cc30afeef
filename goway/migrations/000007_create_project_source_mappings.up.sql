-- SPDX-License-Identifier: MIT
-- Creates project_source_mappings: the external projects that feed an Aether project.
-- One external project feeds at most one project, and at most one mapping of a project is the primary one.

CREATE TABLE IF NOT EXISTS project_source_mappings (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id        bigint      NOT NULL,
    source            text        NOT NULL,
    source_project_id text        NOT NULL,
    is_primary        boolean     NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_project_source_mappings_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT uq_project_source_mappings_source UNIQUE (source, source_project_id),
    CONSTRAINT ck_project_source_mappings_source CHECK (source ~ '^[a-z][a-z0-9_-]{0,62}$')
);
CREATE INDEX IF NOT EXISTS idx_project_source_mappings_project_id ON project_source_mappings (project_id);
CREATE UNIQUE INDEX IF NOT EXISTS uq_project_source_mappings_primary ON project_source_mappings (project_id)
    WHERE is_primary;
CREATE OR REPLACE TRIGGER trg_project_source_mappings_updated_at BEFORE UPDATE ON project_source_mappings
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE project_source_mappings IS
    'Every external project that feeds an Aether project; one external project feeds at most one.';
