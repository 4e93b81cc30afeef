-- SPDX-License-Identifier: MIT
-- Undoes 000001: drops webhook_events with its indexes, then set_updated_at().
-- Every stored event is lost. Triggers of later tables use the function, so this works only once they are gone.

DROP TABLE IF EXISTS webhook_events;
DROP FUNCTION IF EXISTS set_updated_at();
