-- SPDX-License-Identifier: MIT
-- Undoes 000019: drops poll_sources with its indexes and trigger.
-- All poll sources are lost; events that they brought stay.

DROP TABLE IF EXISTS poll_sources;
