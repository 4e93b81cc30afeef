-- SPDX-License-Identifier: MIT
-- Undoes 000005: drops agents with its index and trigger.
-- All agents are lost.

DROP TABLE IF EXISTS agents;
