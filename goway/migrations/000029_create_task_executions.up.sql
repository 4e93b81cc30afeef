-- SPDX-License-Identifier: MIT
-- Creates task_executions: one row for each run of a task, retries included.
-- The history outlives what it points at: foreign keys fall back to NULL, and task_name is a copy.
-- result_data and metrics hold what external agents send (bytes, and pairs of strings).

CREATE TABLE IF NOT EXISTS task_executions (
    id                uuid           PRIMARY KEY DEFAULT gen_random_uuid(),
    task_id           uuid,
    task_name         text           NOT NULL,
    workflow_id       uuid,
    project_id        bigint,
    webhook_event_id  uuid,
    agent_id          text,
    session_id        uuid,
    canonical_trigger text,
    status            text           NOT NULL DEFAULT 'queued',
    attempt           integer        NOT NULL DEFAULT 1,
    input             jsonb          NOT NULL DEFAULT '{}'::jsonb,
    output            text,
    result_data       bytea,
    metrics           jsonb          NOT NULL DEFAULT '{}'::jsonb,
    error_message     text,
    model             text,
    prompt_tokens     integer        NOT NULL DEFAULT 0,
    completion_tokens integer        NOT NULL DEFAULT 0,
    cost_usd          numeric(12, 6) NOT NULL DEFAULT 0,
    queued_at         timestamptz    NOT NULL DEFAULT now(),
    started_at        timestamptz,
    finished_at       timestamptz,
    CONSTRAINT fk_task_executions_task FOREIGN KEY (task_id)
        REFERENCES tasks (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_executions_workflow FOREIGN KEY (workflow_id)
        REFERENCES workflows (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_executions_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_executions_webhook_event FOREIGN KEY (webhook_event_id)
        REFERENCES webhook_events (id) ON DELETE SET NULL,
    CONSTRAINT fk_task_executions_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT fk_task_executions_session FOREIGN KEY (session_id)
        REFERENCES agent_sessions (id) ON DELETE SET NULL,
    CONSTRAINT ck_task_executions_status
        CHECK (status IN ('queued', 'assigned', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out')),
    CONSTRAINT ck_task_executions_finished
        CHECK ((status IN ('succeeded', 'failed', 'cancelled', 'timed_out')) = (finished_at IS NOT NULL)),
    CONSTRAINT ck_task_executions_started  CHECK (status <> 'running' OR started_at IS NOT NULL),
    CONSTRAINT ck_task_executions_order    CHECK (finished_at >= COALESCE(started_at, queued_at)),
    CONSTRAINT ck_task_executions_attempt  CHECK (attempt >= 1),
    CONSTRAINT ck_task_executions_usage    CHECK (prompt_tokens >= 0 AND completion_tokens >= 0 AND cost_usd >= 0),
    CONSTRAINT ck_task_executions_input    CHECK (jsonb_typeof(input) = 'object'),
    CONSTRAINT ck_task_executions_metrics  CHECK (jsonb_typeof(metrics) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_task_executions_open ON task_executions (queued_at)
    WHERE status IN ('queued', 'assigned', 'running');
CREATE INDEX IF NOT EXISTS idx_task_executions_task_id     ON task_executions (task_id, queued_at DESC);
CREATE INDEX IF NOT EXISTS idx_task_executions_agent_id    ON task_executions (agent_id, queued_at DESC);
CREATE INDEX IF NOT EXISTS idx_task_executions_project_id  ON task_executions (project_id, queued_at DESC)
    WHERE project_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_task_executions_webhook_event_id ON task_executions (webhook_event_id)
    WHERE webhook_event_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_task_executions_workflow_id ON task_executions (workflow_id)
    WHERE workflow_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_task_executions_session_id  ON task_executions (session_id) WHERE session_id IS NOT NULL;
COMMENT ON TABLE  task_executions IS
    'One row per run (and retry) of a task, kept when the task, agent or event is deleted.';
COMMENT ON COLUMN task_executions.task_name IS 'Copy of tasks.name at the time.';
COMMENT ON COLUMN task_executions.output IS 'Text posted to the tracker.';
COMMENT ON COLUMN task_executions.result_data IS 'Opaque bytes of an external agent''s TaskResult.';
COMMENT ON COLUMN task_executions.metrics IS 'String map reported by the agent.';
