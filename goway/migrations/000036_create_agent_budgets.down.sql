-- SPDX-License-Identifier: MIT
-- Undoes 000036: drops agent_budgets with its index and trigger.
-- All limits are lost: agents spend without limit until they are set again.

DROP TABLE IF EXISTS agent_budgets;
