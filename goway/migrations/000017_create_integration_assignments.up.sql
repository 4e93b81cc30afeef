-- SPDX-License-Identifier: MIT
-- Creates integration_assignments: which agent or project may use the credentials of an integration.
-- At least one of the two must be set; both together mean "this agent, within this project".

CREATE TABLE IF NOT EXISTS integration_assignments (
    id             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    integration_id uuid        NOT NULL,
    agent_id       text,
    project_id     bigint,
    is_default     boolean     NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_integration_assignments_integration FOREIGN KEY (integration_id)
        REFERENCES dynamic_integrations (id) ON DELETE CASCADE,
    CONSTRAINT fk_integration_assignments_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_integration_assignments_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT uq_integration_assignments UNIQUE NULLS NOT DISTINCT (integration_id, agent_id, project_id),
    CONSTRAINT ck_integration_assignments_target CHECK (num_nonnulls(agent_id, project_id) >= 1)
);
CREATE INDEX IF NOT EXISTS idx_integration_assignments_agent_id   ON integration_assignments (agent_id)  
    WHERE agent_id   IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_integration_assignments_project_id ON integration_assignments (project_id)
    WHERE project_id IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_integration_assignments_updated_at BEFORE UPDATE ON integration_assignments
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE integration_assignments IS
    'Lets an agent, a project, or an agent within a project use an integration''s credentials.';
