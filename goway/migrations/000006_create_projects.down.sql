-- SPDX-License-Identifier: MIT
-- Undoes 000006: drops projects with its identity sequence and trigger.
-- All projects are lost, and ids start at 1 again after the next up.

DROP TABLE IF EXISTS projects;
