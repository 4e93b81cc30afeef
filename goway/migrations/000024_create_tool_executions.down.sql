-- SPDX-License-Identifier: MIT
-- Undoes 000024: drops tool_executions with its indexes.
-- The history of tool calls is lost.

DROP TABLE IF EXISTS tool_executions;
