-- SPDX-License-Identifier: MIT
-- Undoes 000037: drops agent_budget_usage with its trigger.
-- Usage starts at zero after the next up.

DROP TABLE IF EXISTS agent_budget_usage;
