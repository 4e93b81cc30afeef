-- SPDX-License-Identifier: MIT
-- Undoes 000023: drops tool_definitions with its index and trigger.
-- All tool definitions are lost.

DROP TABLE IF EXISTS tool_definitions;
