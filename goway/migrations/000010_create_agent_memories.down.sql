-- SPDX-License-Identifier: MIT
-- Undoes 000010: drops agent_memories with its indexes and trigger.
-- All long-term memories are lost.

DROP TABLE IF EXISTS agent_memories;
