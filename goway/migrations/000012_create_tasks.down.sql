-- SPDX-License-Identifier: MIT
-- Undoes 000012: drops tasks with its index and trigger.
-- All task definitions are lost.

DROP TABLE IF EXISTS tasks;
