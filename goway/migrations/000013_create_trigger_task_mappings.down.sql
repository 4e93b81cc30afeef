-- SPDX-License-Identifier: MIT
-- Undoes 000013: drops trigger_task_mappings with its indexes and trigger.
-- All routes from triggers to tasks are lost; the tasks stay.

DROP TABLE IF EXISTS trigger_task_mappings;
