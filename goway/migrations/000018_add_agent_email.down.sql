-- SPDX-License-Identifier: MIT
-- Undoes 000018: drops the unique index, then agents.email; its check goes with the column.
-- The addresses are lost; the agents stay.

DROP INDEX IF EXISTS uq_agents_email;
ALTER TABLE IF EXISTS agents DROP COLUMN IF EXISTS email;
