-- SPDX-License-Identifier: MIT
-- Undoes 000011: drops watchdog_logs with its indexes and identity sequence.
-- The log kept in the database is lost.

DROP TABLE IF EXISTS watchdog_logs;
