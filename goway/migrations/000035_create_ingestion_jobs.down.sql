-- SPDX-License-Identifier: MIT
-- Undoes 000035: drops the link from document_chunks, then ingestion_jobs.
-- The record of ingestion runs is lost; the chunks stay.

DROP INDEX IF EXISTS idx_document_chunks_ingestion_job_id;
ALTER TABLE IF EXISTS document_chunks DROP COLUMN IF EXISTS ingestion_job_id;
DROP TABLE IF EXISTS ingestion_jobs;
