-- SPDX-License-Identifier: MIT
-- Undoes 000038: drops both search indexes and both generated columns.
-- Nothing is lost: the next up computes them again.

DROP INDEX IF EXISTS idx_document_chunks_search;
ALTER TABLE IF EXISTS document_chunks DROP COLUMN IF EXISTS search_vector;
DROP INDEX IF EXISTS idx_agent_memories_search;
ALTER TABLE IF EXISTS agent_memories DROP COLUMN IF EXISTS search_vector;
