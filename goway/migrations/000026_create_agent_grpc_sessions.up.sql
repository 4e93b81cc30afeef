-- SPDX-License-Identifier: MIT
-- Creates agent_sessions: the gRPC sessions of external agents; id is the session_id that RegisterAgent returns.
-- Agents report every 30 seconds by default; a session that missed three reports is to be expired.

CREATE TABLE IF NOT EXISTS agent_sessions (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id          text        NOT NULL,
    agent_name        text        NOT NULL,
    agent_version     text,
    auth_secret_id    uuid,
    peer_address      text,
    metadata          jsonb       NOT NULL DEFAULT '{}'::jsonb,
    status            text        NOT NULL DEFAULT 'active',
    connected_at      timestamptz NOT NULL DEFAULT now(),
    last_heartbeat_at timestamptz NOT NULL DEFAULT now(),
    disconnected_at   timestamptz,
    disconnect_reason text,
    CONSTRAINT fk_agent_sessions_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_agent_sessions_secret FOREIGN KEY (auth_secret_id)
        REFERENCES agent_auth_secrets (id) ON DELETE SET NULL,
    CONSTRAINT ck_agent_sessions_metadata CHECK (jsonb_typeof(metadata) = 'object'),
    CONSTRAINT ck_agent_sessions_status   CHECK (status IN ('active', 'disconnected', 'expired', 'terminated')),
    CONSTRAINT ck_agent_sessions_closed   CHECK ((status = 'active') = (disconnected_at IS NULL))
);
CREATE INDEX IF NOT EXISTS idx_agent_sessions_agent_id ON agent_sessions (agent_id, connected_at DESC);
CREATE INDEX IF NOT EXISTS idx_agent_sessions_live ON agent_sessions (last_heartbeat_at) WHERE status = 'active';
CREATE INDEX IF NOT EXISTS idx_agent_sessions_auth_secret_id ON agent_sessions (auth_secret_id)
    WHERE auth_secret_id IS NOT NULL;
COMMENT ON TABLE  agent_sessions IS 'gRPC sessions; id is the session_id that RegisterAgent returns.';
COMMENT ON COLUMN agent_sessions.last_heartbeat_at IS
    'A sweeper expires active rows whose heartbeat is older than three intervals.';
