-- SPDX-License-Identifier: MIT
-- Creates tasks: what to do, and which agent or fallback prompt does it.
-- A check that is NULL passes, so COALESCE is needed to refuse a task with neither agent nor prompt.
-- An agent with tasks cannot be deleted: emptying agent_id would run into that check, with a confusing error.

CREATE TABLE IF NOT EXISTS tasks (
    id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name            text        NOT NULL,
    description     text        NOT NULL,
    agent_id        text,
    fallback_prompt text,
    config          jsonb       NOT NULL DEFAULT '{}'::jsonb,
    timeout_seconds integer     NOT NULL DEFAULT 300,
    is_active       boolean     NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_tasks_name UNIQUE (name),
    CONSTRAINT fk_tasks_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE RESTRICT,
    CONSTRAINT ck_tasks_handler CHECK (agent_id IS NOT NULL OR COALESCE(btrim(fallback_prompt), '') <> ''),
    CONSTRAINT ck_tasks_config  CHECK (jsonb_typeof(config) = 'object'),
    CONSTRAINT ck_tasks_timeout CHECK (timeout_seconds BETWEEN 1 AND 86400)
);
CREATE INDEX IF NOT EXISTS idx_tasks_agent_id ON tasks (agent_id);
CREATE OR REPLACE TRIGGER trg_tasks_updated_at BEFORE UPDATE ON tasks
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  tasks IS 'Task definitions: what to do, and which agent (or fallback prompt) does it.';
COMMENT ON COLUMN tasks.fallback_prompt IS 'Used when no agent is assigned or the agent is inactive.';
