-- SPDX-License-Identifier: MIT
-- Undoes 000007: drops project_source_mappings with its indexes and trigger.
-- All mappings are lost; the projects stay.

DROP TABLE IF EXISTS project_source_mappings;
