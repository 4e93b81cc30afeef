-- SPDX-License-Identifier: MIT
-- Creates projects, the workspaces that group source mappings, agents and settings.
-- The key is an identity column because the API gives projects integer ids. source is checked by its shape and not by a
-- list, because integrations that are set up at run time add sources.

CREATE TABLE IF NOT EXISTS projects (
    id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name              text        NOT NULL,
    description       text        NOT NULL DEFAULT '',
    source            text        NOT NULL,
    source_project_id text        NOT NULL,
    settings          jsonb       NOT NULL DEFAULT '{}'::jsonb,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_projects_source    UNIQUE (source, source_project_id),
    CONSTRAINT ck_projects_name      CHECK (btrim(name) <> ''),
    CONSTRAINT ck_projects_source    CHECK (source ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_projects_source_id CHECK (btrim(source_project_id) <> ''),
    CONSTRAINT ck_projects_settings  CHECK (jsonb_typeof(settings) = 'object')
);
CREATE OR REPLACE TRIGGER trg_projects_updated_at BEFORE UPDATE ON projects
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  projects IS 'Workspaces that group source mappings, agent assignments and settings.';
COMMENT ON COLUMN projects.source_project_id IS
    'owner/repo, GitLab project id, Jira key, or workspace/project for Plane.';
