-- SPDX-License-Identifier: MIT
-- Adds full-text search to agent_memories and document_chunks.
-- Memories use the configuration simple (exact words), documents use english (stemmed). The configuration is written as
-- regconfig because a generated column needs an immutable expression.
-- Both tables are rewritten under an exclusive lock: plan for it when they are large.

ALTER TABLE agent_memories
    ADD COLUMN IF NOT EXISTS search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, key), 'A') ||
        setweight(to_tsvector('simple'::regconfig, left(content, 100000)), 'B')) STORED;
CREATE INDEX IF NOT EXISTS idx_agent_memories_search ON agent_memories USING gin (search_vector);
ALTER TABLE document_chunks
    ADD COLUMN IF NOT EXISTS search_vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('english'::regconfig, document_title), 'A') ||
        setweight(to_tsvector('english'::regconfig, content), 'B')) STORED;
CREATE INDEX IF NOT EXISTS idx_document_chunks_search ON document_chunks USING gin (search_vector);
COMMENT ON COLUMN agent_memories.search_vector IS 'Configuration simple: exact words, no stemming.';
COMMENT ON COLUMN document_chunks.search_vector IS 'Configuration english: stemmed.';
