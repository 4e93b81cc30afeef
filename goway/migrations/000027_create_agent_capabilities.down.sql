-- SPDX-License-Identifier: MIT
-- Undoes 000027: drops agent_capabilities with its indexes.
-- Agents declare theirs again when they register; those set by an administrator are lost.

DROP TABLE IF EXISTS agent_capabilities;
