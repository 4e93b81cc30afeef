-- SPDX-License-Identifier: MIT
-- Adds the vector for search by meaning to agent_memories; 000010 is older than the extension.
-- Rows without a vector are the queue of the embedding worker.
-- embedding_model is kept because vectors of different models cannot be compared.

ALTER TABLE agent_memories
    ADD COLUMN IF NOT EXISTS embedding       vector(1536),
    ADD COLUMN IF NOT EXISTS embedding_model text;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agent_memories'::regclass AND conname = 'ck_agent_memories_embedding'
    ) THEN
        ALTER TABLE agent_memories ADD CONSTRAINT ck_agent_memories_embedding
            CHECK ((embedding IS NULL) = (embedding_model IS NULL));
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_agent_memories_embedding ON agent_memories USING hnsw (embedding vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
CREATE INDEX IF NOT EXISTS idx_agent_memories_unembedded ON agent_memories (created_at) WHERE embedding IS NULL;
COMMENT ON COLUMN agent_memories.embedding IS
    'NULL until embedded; rows from before this migration are the backfill queue.';
COMMENT ON COLUMN agent_memories.embedding_model IS 'Vectors of different models are not comparable.';
