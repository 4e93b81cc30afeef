-- SPDX-License-Identifier: MIT
-- Undoes 000003: drops event_subscriptions with its index and trigger.
-- All subscriptions are lost.

DROP TABLE IF EXISTS event_subscriptions;
