-- SPDX-License-Identifier: MIT
-- Undoes 000002: drops event_definitions with its index and trigger.
-- The catalogue is lost; routing does not depend on it.

DROP TABLE IF EXISTS event_definitions;
