-- SPDX-License-Identifier: MIT
-- Undoes 000029: drops task_executions with its indexes.
-- The history of executions is lost.

DROP TABLE IF EXISTS task_executions;
