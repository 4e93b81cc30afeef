-- SPDX-License-Identifier: MIT
-- Links tool_executions to the task execution and the session in which a call was made.
-- It comes this late because tool_executions (000024) is older than task_executions (000029).
-- Constraints have no IF NOT EXISTS, so each is added only when the table does not have it yet.

ALTER TABLE tool_executions
    ADD COLUMN IF NOT EXISTS task_execution_id uuid,
    ADD COLUMN IF NOT EXISTS session_id        uuid;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'tool_executions'::regclass AND conname = 'fk_tool_executions_task_execution'
    ) THEN
        ALTER TABLE tool_executions ADD CONSTRAINT fk_tool_executions_task_execution
            FOREIGN KEY (task_execution_id)
            REFERENCES task_executions (id) ON DELETE CASCADE;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'tool_executions'::regclass AND conname = 'fk_tool_executions_session'
    ) THEN
        ALTER TABLE tool_executions ADD CONSTRAINT fk_tool_executions_session
            FOREIGN KEY (session_id)
            REFERENCES agent_sessions (id) ON DELETE SET NULL;
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_tool_executions_task_execution_id ON tool_executions (task_execution_id, started_at)
    WHERE task_execution_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_tool_executions_session_id ON tool_executions (session_id) WHERE session_id IS NOT NULL;
COMMENT ON COLUMN tool_executions.task_execution_id IS
    'NULL for calls made before this column existed and for ad-hoc calls.';
