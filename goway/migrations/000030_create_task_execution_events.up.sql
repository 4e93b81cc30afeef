-- SPDX-License-Identifier: MIT
-- Creates task_execution_events: the time line of an execution, for the user interface.
-- seq gives the order within an execution; the rows go when their execution is deleted.

CREATE TABLE IF NOT EXISTS task_execution_events (
    id                bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_execution_id uuid        NOT NULL,
    seq               integer     NOT NULL,
    event_type        text        NOT NULL,
    message           text,
    data              jsonb       NOT NULL DEFAULT '{}'::jsonb,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_task_execution_events_execution FOREIGN KEY (task_execution_id)
        REFERENCES task_executions (id) ON DELETE CASCADE,
    CONSTRAINT uq_task_execution_events_seq UNIQUE (task_execution_id, seq),
    CONSTRAINT ck_task_execution_events_seq  CHECK (seq >= 1),
    CONSTRAINT ck_task_execution_events_type CHECK (event_type IN
        ('queued', 'assigned', 'started', 'progress', 'tool_call', 'tool_result', 'message', 'retry', 'finished')),
    CONSTRAINT ck_task_execution_events_data CHECK (jsonb_typeof(data) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_task_execution_events_created_at ON task_execution_events (created_at);
COMMENT ON TABLE  task_execution_events IS 'Timeline of a task execution, in order of seq.';
