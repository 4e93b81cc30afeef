-- SPDX-License-Identifier: MIT
-- Creates tool_executions: every tool call that the model made.
-- tool_name is a copy, so that the history can be read after the definition is gone; foreign keys fall back to NULL.

CREATE TABLE IF NOT EXISTS tool_executions (
    id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    tool_definition_id uuid,
    tool_name          text        NOT NULL,
    agent_id           text,
    webhook_event_id   uuid,
    round              integer     NOT NULL DEFAULT 1,
    arguments          jsonb       NOT NULL DEFAULT '{}'::jsonb,
    result             jsonb,
    status             text        NOT NULL DEFAULT 'running',
    error_message      text,
    started_at         timestamptz NOT NULL DEFAULT now(),
    finished_at        timestamptz,
    CONSTRAINT fk_tool_executions_definition FOREIGN KEY (tool_definition_id)
        REFERENCES tool_definitions (id) ON DELETE SET NULL,
    CONSTRAINT fk_tool_executions_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT fk_tool_executions_webhook_event FOREIGN KEY (webhook_event_id)
        REFERENCES webhook_events (id) ON DELETE SET NULL,
    CONSTRAINT ck_tool_executions_round    CHECK (round >= 1),
    CONSTRAINT ck_tool_executions_status   CHECK (status IN ('running', 'succeeded', 'failed', 'timed_out', 'denied')),
    CONSTRAINT ck_tool_executions_finished CHECK ((status = 'running') = (finished_at IS NULL)),
    CONSTRAINT ck_tool_executions_order    CHECK (finished_at >= started_at)
);
CREATE INDEX IF NOT EXISTS idx_tool_executions_definition ON tool_executions (tool_definition_id, started_at DESC);
CREATE INDEX IF NOT EXISTS idx_tool_executions_agent_id   ON tool_executions (agent_id, started_at DESC);
CREATE INDEX IF NOT EXISTS idx_tool_executions_webhook_event_id ON tool_executions (webhook_event_id)
    WHERE webhook_event_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_tool_executions_running ON tool_executions (started_at) WHERE status = 'running';
COMMENT ON TABLE  tool_executions IS 'Every tool call the model made, kept when the tool or the agent is deleted.';
COMMENT ON COLUMN tool_executions.round IS 'Iteration of the tool-calling loop, bounded by LLM_MAX_TOOL_ROUNDS.';
