-- SPDX-License-Identifier: MIT
-- Creates project_agent_assignments: which agents work on which project.
-- UNIQUE NULLS NOT DISTINCT lets "every trigger" (NULL) be given only once. It needs PostgreSQL 15.

CREATE TABLE IF NOT EXISTS project_agent_assignments (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    project_id        bigint      NOT NULL,
    agent_id          text        NOT NULL,
    canonical_trigger text,
    priority          integer     NOT NULL DEFAULT 100,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_project_agent_assignments_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT fk_project_agent_assignments_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT uq_project_agent_assignments UNIQUE NULLS NOT DISTINCT (project_id, agent_id, canonical_trigger),
    CONSTRAINT ck_project_agent_assignments_trigger CHECK (canonical_trigger ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT ck_project_agent_assignments_priority CHECK (priority BETWEEN 0 AND 10000)
);
CREATE INDEX IF NOT EXISTS idx_project_agent_assignments_agent_id ON project_agent_assignments (agent_id);
CREATE OR REPLACE TRIGGER trg_project_agent_assignments_updated_at BEFORE UPDATE ON project_agent_assignments
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  project_agent_assignments IS
    'Which agents work on a project, optionally for one canonical trigger only.';
COMMENT ON COLUMN project_agent_assignments.canonical_trigger IS 'NULL = every trigger of the project.';
COMMENT ON COLUMN project_agent_assignments.priority IS 'Lower runs first.';
