-- SPDX-License-Identifier: MIT
-- Creates agent_memories, the long-term memory, with the scopes task, agent, project and organizational.
-- agent_id names an owner only for the scopes agent and task. If it named the author of shared memories too, deleting
-- an agent would delete what a project knows; created_by keeps the author as a plain value.
-- Links to task executions come in 000039 and vectors in 000040, because what they need does not exist yet.

CREATE TABLE IF NOT EXISTS agent_memories (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    scope      text        NOT NULL DEFAULT 'agent',
    agent_id   text,
    project_id bigint,
    key        text        NOT NULL,
    content    text        NOT NULL,
    created_by text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_agent_memories_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_agent_memories_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT ck_agent_memories_scope CHECK (scope IN ('task', 'agent', 'project', 'organizational')),
    CONSTRAINT ck_agent_memories_owner CHECK (CASE scope
        WHEN 'agent'          THEN agent_id IS NOT NULL
        WHEN 'project'        THEN agent_id IS NULL AND project_id IS NOT NULL
        WHEN 'organizational' THEN agent_id IS NULL AND project_id IS NULL
        ELSE true END),
    CONSTRAINT ck_agent_memories_key     CHECK (btrim(key) <> ''),
    CONSTRAINT ck_agent_memories_content CHECK (content <> '')
);
CREATE UNIQUE INDEX IF NOT EXISTS uq_agent_memories_key ON agent_memories (scope, agent_id, project_id, key)
    NULLS NOT DISTINCT WHERE scope <> 'task';
CREATE INDEX IF NOT EXISTS idx_agent_memories_agent_id   ON agent_memories (agent_id, created_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_memories_project_id ON agent_memories (project_id, created_at DESC)
    WHERE project_id IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_agent_memories_updated_at BEFORE UPDATE ON agent_memories
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  agent_memories IS 'Long-term memory; short-term state lives in Redis.';
COMMENT ON COLUMN agent_memories.scope IS 'Who can see it: one task execution, one agent, one project, or everyone.';
COMMENT ON COLUMN agent_memories.agent_id IS
    'Owner, for scopes agent and task only: shared memories must survive the agent that wrote them.';
COMMENT ON COLUMN agent_memories.created_by IS 'Agent or user that wrote it; a plain value, not a foreign key.';
