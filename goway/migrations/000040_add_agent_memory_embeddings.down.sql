-- SPDX-License-Identifier: MIT
-- Undoes 000040: drops both indexes, the check and both columns of agent_memories.
-- The embeddings must be computed again after the next up.

DROP INDEX IF EXISTS idx_agent_memories_unembedded;
DROP INDEX IF EXISTS idx_agent_memories_embedding;
ALTER TABLE IF EXISTS agent_memories
    DROP CONSTRAINT IF EXISTS ck_agent_memories_embedding,
    DROP COLUMN IF EXISTS embedding_model,
    DROP COLUMN IF EXISTS embedding;
