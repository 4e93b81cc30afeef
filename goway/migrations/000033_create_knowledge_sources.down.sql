-- SPDX-License-Identifier: MIT
-- Undoes 000033: drops knowledge_sources with its indexes and trigger.
-- All knowledge sources are lost.

DROP TABLE IF EXISTS knowledge_sources;
