-- SPDX-License-Identifier: MIT
-- Creates watchdog_logs, the copy of the structured log that is kept in the database.
-- Rows are only added, and there are many: hence an identity key and no updated_at.
-- Writing a log line must never fail a request, so both foreign keys fall back to NULL when their target is deleted.

CREATE TABLE IF NOT EXISTS watchdog_logs (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    logged_at        timestamptz NOT NULL DEFAULT now(),
    level            text        NOT NULL,
    component        text        NOT NULL,
    message          text        NOT NULL,
    fields           jsonb       NOT NULL DEFAULT '{}'::jsonb,
    webhook_event_id uuid,
    agent_id         text,
    correlation_id   text,
    CONSTRAINT fk_watchdog_logs_webhook_event FOREIGN KEY (webhook_event_id)
        REFERENCES webhook_events (id) ON DELETE SET NULL,
    CONSTRAINT fk_watchdog_logs_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE SET NULL,
    CONSTRAINT ck_watchdog_logs_level  CHECK (level IN ('debug', 'info', 'warn', 'error', 'fatal')),
    CONSTRAINT ck_watchdog_logs_fields CHECK (jsonb_typeof(fields) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_watchdog_logs_logged_at ON watchdog_logs (logged_at DESC);
CREATE INDEX IF NOT EXISTS idx_watchdog_logs_problems ON watchdog_logs (logged_at DESC)
    WHERE level IN ('warn', 'error', 'fatal');
CREATE INDEX IF NOT EXISTS idx_watchdog_logs_component ON watchdog_logs (component, logged_at DESC);
CREATE INDEX IF NOT EXISTS idx_watchdog_logs_webhook_event_id ON watchdog_logs (webhook_event_id)
    WHERE webhook_event_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_watchdog_logs_agent_id ON watchdog_logs (agent_id) WHERE agent_id IS NOT NULL;
COMMENT ON TABLE watchdog_logs IS 'Structured log copy, written only when WATCHDOG_ENABLED=true; prune by logged_at.';
