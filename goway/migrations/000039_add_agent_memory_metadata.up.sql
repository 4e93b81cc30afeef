-- SPDX-License-Identifier: MIT
-- Adds kind, importance, tags, metadata, expiry and use to agent_memories, and the execution that owns a task memory.
-- Task memories that are older than this have no execution, so the check on that is NOT VALID: it binds new rows only.
-- Constraints have no IF NOT EXISTS, so each is added only when the table does not have it yet.

ALTER TABLE agent_memories
    ADD COLUMN IF NOT EXISTS memory_type       text        NOT NULL DEFAULT 'note',
    ADD COLUMN IF NOT EXISTS importance        real        NOT NULL DEFAULT 0.5,
    ADD COLUMN IF NOT EXISTS tags              text[]      NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS metadata          jsonb       NOT NULL DEFAULT '{}'::jsonb,
    ADD COLUMN IF NOT EXISTS task_execution_id uuid,
    ADD COLUMN IF NOT EXISTS expires_at        timestamptz,
    ADD COLUMN IF NOT EXISTS last_accessed_at  timestamptz,
    ADD COLUMN IF NOT EXISTS access_count      integer     NOT NULL DEFAULT 0;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'fk_agent_memories_task_execution'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT fk_agent_memories_task_execution
            FOREIGN KEY (task_execution_id)
            REFERENCES task_executions (id) ON DELETE CASCADE;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_type'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_type
            CHECK (memory_type IN ('note', 'decision', 'insight', 'fact', 'summary'));
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_importance'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_importance CHECK (importance BETWEEN 0 AND 1);
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_metadata'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_metadata CHECK (jsonb_typeof(metadata) = 'object');
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_access'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_access CHECK (access_count >= 0);
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_task_owner'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_task_owner
            CHECK (scope <> 'task' OR task_execution_id IS NOT NULL) NOT VALID;
    END IF;
END
$$;
CREATE UNIQUE INDEX IF NOT EXISTS uq_agent_memories_task_key ON agent_memories (task_execution_id, key)
    WHERE scope = 'task' AND task_execution_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_agent_memories_task_execution_id ON agent_memories (task_execution_id)
    WHERE task_execution_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_agent_memories_tags       ON agent_memories USING gin (tags);
CREATE INDEX IF NOT EXISTS idx_agent_memories_metadata   ON agent_memories USING gin (metadata jsonb_path_ops);
CREATE INDEX IF NOT EXISTS idx_agent_memories_expires_at ON agent_memories (expires_at) WHERE expires_at IS NOT NULL;
COMMENT ON CONSTRAINT ck_agent_memories_task_owner ON agent_memories IS
    'NOT VALID: binds new rows; task memories written before this migration have no execution to point at.';
COMMENT ON COLUMN agent_memories.importance IS '0..1, weighs ranking in recall.';
COMMENT ON COLUMN agent_memories.expires_at IS 'NULL = permanent.';
