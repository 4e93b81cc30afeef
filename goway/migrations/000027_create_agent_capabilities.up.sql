-- SPDX-License-Identifier: MIT
-- Creates agent_capabilities: what an agent says it can do, as pairs of name and value.
-- A row without session was set by an administrator; the others go when their session is deleted.

CREATE TABLE IF NOT EXISTS agent_capabilities (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id   text        NOT NULL,
    session_id uuid,
    name       text        NOT NULL,
    value      text        NOT NULL DEFAULT 'true',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_agent_capabilities_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_agent_capabilities_session FOREIGN KEY (session_id)
        REFERENCES agent_sessions (id) ON DELETE CASCADE,
    CONSTRAINT uq_agent_capabilities UNIQUE NULLS NOT DISTINCT (agent_id, session_id, name),
    CONSTRAINT ck_agent_capabilities_name CHECK (name ~ '^[A-Za-z][A-Za-z0-9_.-]{0,99}$')
);
CREATE INDEX IF NOT EXISTS idx_agent_capabilities_lookup ON agent_capabilities (name, value);
CREATE INDEX IF NOT EXISTS idx_agent_capabilities_session_id ON agent_capabilities (session_id)
    WHERE session_id IS NOT NULL;
COMMENT ON TABLE  agent_capabilities IS 'What an agent says it can do; used to pick an agent for a task.';
COMMENT ON COLUMN agent_capabilities.session_id IS 'Declared at registration; NULL = configured by an administrator.';
