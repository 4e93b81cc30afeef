-- SPDX-License-Identifier: MIT
-- Undoes 000008: drops project_agent_assignments with its index and trigger.
-- All assignments are lost; projects and agents stay.

DROP TABLE IF EXISTS project_agent_assignments;
