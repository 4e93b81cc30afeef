-- SPDX-License-Identifier: MIT
-- Undoes 000031: drops both indexes, then both columns of tool_executions; their foreign keys go with them.
-- The tool calls stay; which execution they belonged to is forgotten.

DROP INDEX IF EXISTS idx_tool_executions_session_id;
DROP INDEX IF EXISTS idx_tool_executions_task_execution_id;
ALTER TABLE IF EXISTS tool_executions
    DROP COLUMN IF EXISTS session_id,
    DROP COLUMN IF EXISTS task_execution_id;
