-- SPDX-License-Identifier: MIT
-- Undoes 000030: drops task_execution_events with its index and identity sequence.
-- The time lines are lost; the executions stay.

DROP TABLE IF EXISTS task_execution_events;
