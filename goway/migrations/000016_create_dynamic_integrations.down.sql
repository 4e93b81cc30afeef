-- SPDX-License-Identifier: MIT
-- Undoes 000016: drops dynamic_integrations with its index and trigger.
-- The integrations and their encrypted credentials are lost.

DROP TABLE IF EXISTS dynamic_integrations;
