-- SPDX-License-Identifier: MIT
-- Undoes 000004: drops agent_roles with its rows and trigger.
-- The built-in roles come back with the next up; changes to them and added roles are lost.

DROP TABLE IF EXISTS agent_roles;
