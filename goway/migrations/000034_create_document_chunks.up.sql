-- SPDX-License-Identifier: MIT
-- Creates document_chunks: pieces of documents with the vector for search by meaning.
-- An HNSW index needs a fixed dimension of at most 2,000; the embedding model must give 1536.
-- The limit of 100,000 characters keeps the search vector of 000038 below its limit of 1 MB.

CREATE TABLE IF NOT EXISTS document_chunks (
    id                  uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
    knowledge_source_id uuid         NOT NULL,
    document_id         text         NOT NULL,
    document_title      text         NOT NULL DEFAULT '',
    document_url        text,
    chunk_index         integer      NOT NULL,
    content             text         NOT NULL,
    content_sha256      bytea        NOT NULL,
    token_count         integer      NOT NULL DEFAULT 0,
    embedding           vector(1536),
    metadata            jsonb        NOT NULL DEFAULT '{}'::jsonb,
    created_at          timestamptz  NOT NULL DEFAULT now(),
    updated_at          timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT fk_document_chunks_source FOREIGN KEY (knowledge_source_id)
        REFERENCES knowledge_sources (id) ON DELETE CASCADE,
    CONSTRAINT uq_document_chunks UNIQUE (knowledge_source_id, document_id, chunk_index),
    CONSTRAINT ck_document_chunks_index    CHECK (chunk_index >= 0),
    CONSTRAINT ck_document_chunks_content  CHECK (length(content) BETWEEN 1 AND 100000),
    CONSTRAINT ck_document_chunks_sha256   CHECK (octet_length(content_sha256) = 32),
    CONSTRAINT ck_document_chunks_tokens   CHECK (token_count >= 0),
    CONSTRAINT ck_document_chunks_metadata CHECK (jsonb_typeof(metadata) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_document_chunks_embedding ON document_chunks USING hnsw (embedding vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
CREATE INDEX IF NOT EXISTS idx_document_chunks_unembedded ON document_chunks (created_at) WHERE embedding IS NULL;
CREATE OR REPLACE TRIGGER trg_document_chunks_updated_at BEFORE UPDATE ON document_chunks
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  document_chunks IS 'Pieces of ingested documents, with the vector used for semantic search.';
COMMENT ON COLUMN document_chunks.embedding IS 'NULL until the embedding worker has run; cosine distance (<=>).';
COMMENT ON COLUMN document_chunks.content_sha256 IS 'Unchanged chunks are not embedded again.';
