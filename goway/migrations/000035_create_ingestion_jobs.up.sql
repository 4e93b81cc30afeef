-- SPDX-License-Identifier: MIT
-- Creates ingestion_jobs, the runs of the ingestion pipeline, and links each chunk to the job that last wrote it.
-- The partial unique index is the lock: the database refuses a second open job for a source.
-- Chunks of older jobs are the stale ones.

CREATE TABLE IF NOT EXISTS ingestion_jobs (
    id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    knowledge_source_id uuid        NOT NULL,
    started_by          text        NOT NULL DEFAULT 'manual',
    status              text        NOT NULL DEFAULT 'queued',
    documents_total     integer,
    documents_processed integer     NOT NULL DEFAULT 0,
    documents_failed    integer     NOT NULL DEFAULT 0,
    chunks_written      integer     NOT NULL DEFAULT 0,
    chunks_deleted      integer     NOT NULL DEFAULT 0,
    cursor              jsonb       NOT NULL DEFAULT '{}'::jsonb,
    error_message       text,
    queued_at           timestamptz NOT NULL DEFAULT now(),
    started_at          timestamptz,
    heartbeat_at        timestamptz,
    finished_at         timestamptz,
    CONSTRAINT fk_ingestion_jobs_source FOREIGN KEY (knowledge_source_id)
        REFERENCES knowledge_sources (id) ON DELETE CASCADE,
    CONSTRAINT ck_ingestion_jobs_started_by CHECK (started_by IN ('manual', 'schedule', 'webhook')),
    CONSTRAINT ck_ingestion_jobs_status
        CHECK (status IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
    CONSTRAINT ck_ingestion_jobs_finished   CHECK ((status IN ('queued', 'running')) = (finished_at IS NULL)),
    CONSTRAINT ck_ingestion_jobs_counts
        CHECK (documents_processed >= 0 AND documents_failed >= 0 AND chunks_written >= 0 AND chunks_deleted >= 0
            AND (documents_total IS NULL OR documents_total >= 0)),
    CONSTRAINT ck_ingestion_jobs_cursor     CHECK (jsonb_typeof(cursor) = 'object')
);
CREATE UNIQUE INDEX IF NOT EXISTS uq_ingestion_jobs_open ON ingestion_jobs (knowledge_source_id)
    WHERE status IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS idx_ingestion_jobs_source_id ON ingestion_jobs (knowledge_source_id, queued_at DESC);
CREATE INDEX IF NOT EXISTS idx_ingestion_jobs_queue ON ingestion_jobs (queued_at) WHERE status = 'queued';
ALTER TABLE document_chunks
    ADD COLUMN IF NOT EXISTS ingestion_job_id uuid;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'document_chunks'::regclass AND conname = 'fk_document_chunks_job'
    ) THEN
        ALTER TABLE document_chunks ADD CONSTRAINT fk_document_chunks_job
            FOREIGN KEY (ingestion_job_id)
            REFERENCES ingestion_jobs (id) ON DELETE SET NULL;
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_document_chunks_ingestion_job_id ON document_chunks (ingestion_job_id)
    WHERE ingestion_job_id IS NOT NULL;
COMMENT ON TABLE  ingestion_jobs IS 'Runs of the ingestion pipeline; at most one open run per source.';
COMMENT ON COLUMN ingestion_jobs.cursor IS 'Where to resume after a crash.';
COMMENT ON COLUMN document_chunks.ingestion_job_id IS
    'Job that last wrote the chunk; chunks of older jobs are the stale ones.';
