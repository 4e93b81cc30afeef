-- SPDX-License-Identifier: MIT
-- Undoes 000025: drops agent_auth_secrets, then agents.runtime; its check goes with the column.
-- External agents must be given new secrets after the next up.

DROP TABLE IF EXISTS agent_auth_secrets;
ALTER TABLE IF EXISTS agents DROP COLUMN IF EXISTS runtime;
