-- SPDX-License-Identifier: MIT
-- Undoes 000015: drops workflow_steps, then workflows, to which it refers.
-- All workflows are lost; the tasks stay.

DROP TABLE IF EXISTS workflow_steps;
DROP TABLE IF EXISTS workflows;
