-- SPDX-License-Identifier: MIT
-- Undoes 000017: drops integration_assignments with its indexes and trigger.
-- All assignments are lost; the integrations stay.

DROP TABLE IF EXISTS integration_assignments;
