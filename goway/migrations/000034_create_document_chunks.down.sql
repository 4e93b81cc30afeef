-- SPDX-License-Identifier: MIT
-- Undoes 000034: drops document_chunks with its indexes and trigger.
-- After the next up the documents must be ingested and embedded again.

DROP TABLE IF EXISTS document_chunks;
