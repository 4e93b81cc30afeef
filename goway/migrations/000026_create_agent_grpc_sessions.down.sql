-- SPDX-License-Identifier: MIT
-- Undoes 000026: drops agent_sessions with its indexes.
-- The record of sessions is lost; connected agents must register again.

DROP TABLE IF EXISTS agent_sessions;
