-- SPDX-License-Identifier: MIT
-- Undoes 000020: drops poll_source_state with its index and trigger.
-- The cursors are lost: after the next up polling starts from the beginning.

DROP TABLE IF EXISTS poll_source_state;
