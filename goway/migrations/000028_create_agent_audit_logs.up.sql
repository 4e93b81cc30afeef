-- SPDX-License-Identifier: MIT
-- Creates agent_audit_logs, the append-only record of security-relevant actions.
-- There are no foreign keys: setting one to NULL would be an update, and the trigger refuses updates.
-- Deleting stays possible, so that old rows can be removed.

CREATE TABLE IF NOT EXISTS agent_audit_logs (
    id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at   timestamptz NOT NULL DEFAULT now(),
    actor_type    text        NOT NULL,
    actor_id      text        NOT NULL,
    agent_id      text,
    session_id    uuid,
    action        text        NOT NULL,
    resource_type text,
    resource_id   text,
    outcome       text        NOT NULL,
    peer_address  text,
    details       jsonb       NOT NULL DEFAULT '{}'::jsonb,
    CONSTRAINT ck_agent_audit_logs_actor   CHECK (actor_type IN ('agent', 'user', 'api', 'system')),
    CONSTRAINT ck_agent_audit_logs_action  CHECK (action ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$'),
    CONSTRAINT ck_agent_audit_logs_outcome CHECK (outcome IN ('success', 'denied', 'error')),
    CONSTRAINT ck_agent_audit_logs_details CHECK (jsonb_typeof(details) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_agent_audit_logs_occurred_at ON agent_audit_logs (occurred_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_audit_logs_agent_id    ON agent_audit_logs (agent_id, occurred_at DESC)
    WHERE agent_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_agent_audit_logs_session_id  ON agent_audit_logs (session_id)
    WHERE session_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_agent_audit_logs_action      ON agent_audit_logs (action, occurred_at DESC);

CREATE OR REPLACE FUNCTION reject_update() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE OR REPLACE TRIGGER trg_agent_audit_logs_append_only BEFORE UPDATE ON agent_audit_logs
    FOR EACH ROW EXECUTE FUNCTION reject_update();
COMMENT ON TABLE  agent_audit_logs IS
    'Security-relevant actions. Append-only; old rows are removed by retention, never changed.';
COMMENT ON COLUMN agent_audit_logs.agent_id IS 'Plain value, not a foreign key: the record must outlive the agent.';
