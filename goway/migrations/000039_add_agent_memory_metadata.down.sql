-- SPDX-License-Identifier: MIT
-- Undoes 000039: drops five indexes, one check and eight columns of agent_memories.
-- That metadata is lost; the memories stay.

DROP INDEX IF EXISTS idx_agent_memories_expires_at;
DROP INDEX IF EXISTS idx_agent_memories_metadata;
DROP INDEX IF EXISTS idx_agent_memories_tags;
DROP INDEX IF EXISTS idx_agent_memories_task_execution_id;
DROP INDEX IF EXISTS uq_agent_memories_task_key;
ALTER TABLE IF EXISTS agent_memories
    DROP CONSTRAINT IF EXISTS ck_agent_memories_task_owner,
    DROP COLUMN IF EXISTS access_count,
    DROP COLUMN IF EXISTS last_accessed_at,
    DROP COLUMN IF EXISTS expires_at,
    DROP COLUMN IF EXISTS task_execution_id,
    DROP COLUMN IF EXISTS metadata,
    DROP COLUMN IF EXISTS tags,
    DROP COLUMN IF EXISTS importance,
    DROP COLUMN IF EXISTS memory_type;
