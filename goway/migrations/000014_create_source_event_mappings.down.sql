-- SPDX-License-Identifier: MIT
-- Undoes 000014: drops source_event_mappings with its indexes and trigger.
-- All routes from source events to triggers are lost.

DROP TABLE IF EXISTS source_event_mappings;
