-- SPDX-License-Identifier: MIT
-- Creates agents, the AI personas, with the fields that the API requires.
-- The key is the snake_case id that the client chooses (pm_sarah). A role that an agent holds cannot be deleted.
-- The optional persona fields come in 000009.

CREATE TABLE IF NOT EXISTS agents (
    id          text        PRIMARY KEY,
    name        text        NOT NULL,
    role_id     text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    prompt      text        NOT NULL,
    is_active   boolean     NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_agents_role FOREIGN KEY (role_id)
        REFERENCES agent_roles (id) ON UPDATE CASCADE ON DELETE RESTRICT,
    CONSTRAINT ck_agents_id     CHECK (id ~ '^[a-z][a-z0-9_]{0,62}$'),
    CONSTRAINT ck_agents_name   CHECK (btrim(name) <> ''),
    CONSTRAINT ck_agents_prompt CHECK (btrim(prompt) <> '')
);
CREATE INDEX IF NOT EXISTS idx_agents_role_id ON agents (role_id);
CREATE OR REPLACE TRIGGER trg_agents_updated_at BEFORE UPDATE ON agents
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  agents IS 'AI personas, built-in or external.';
COMMENT ON COLUMN agents.id IS 'Client-chosen snake_case key (pm_sarah); also the agent_id of the gRPC gateway.';
COMMENT ON COLUMN agents.prompt IS 'Core system prompt.';
