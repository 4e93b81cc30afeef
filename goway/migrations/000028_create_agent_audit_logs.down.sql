-- SPDX-License-Identifier: MIT
-- Undoes 000028: drops agent_audit_logs with its trigger, then the trigger's function reject_update().
-- The audit record is lost: copy it first if it must be kept.

DROP TABLE IF EXISTS agent_audit_logs;
DROP FUNCTION IF EXISTS reject_update();
