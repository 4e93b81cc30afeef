-- SPDX-License-Identifier: MIT
-- Creates agent_auth_secrets, with which external agents register, and adds agents.runtime (builtin or external).
-- Only a hash of a secret is kept. An agent may have several live secrets, so that they can be replaced without a gap.

ALTER TABLE agents
    ADD COLUMN IF NOT EXISTS runtime text NOT NULL DEFAULT 'builtin';
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agents'::regclass AND conname = 'ck_agents_runtime'
    ) THEN
        ALTER TABLE agents ADD CONSTRAINT ck_agents_runtime CHECK (runtime IN ('builtin', 'external'));
    END IF;
END
$$;
CREATE TABLE IF NOT EXISTS agent_auth_secrets (
    id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id      text        NOT NULL,
    label         text        NOT NULL DEFAULT 'default',
    secret_prefix text        NOT NULL,
    secret_hash   text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz,
    revoked_at    timestamptz,
    last_used_at  timestamptz,
    CONSTRAINT fk_agent_auth_secrets_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT uq_agent_auth_secrets_prefix UNIQUE (agent_id, secret_prefix),
    CONSTRAINT ck_agent_auth_secrets_prefix CHECK (length(secret_prefix) BETWEEN 4 AND 16),
    CONSTRAINT ck_agent_auth_secrets_hash   CHECK (secret_hash LIKE '$%'),
    CONSTRAINT ck_agent_auth_secrets_expiry CHECK (expires_at > created_at)
);
CREATE INDEX IF NOT EXISTS idx_agent_auth_secrets_usable ON agent_auth_secrets (agent_id) WHERE revoked_at IS NULL;
COMMENT ON COLUMN agents.runtime IS 'builtin = runs inside the server; external = connects to the gRPC gateway.';
COMMENT ON TABLE  agent_auth_secrets IS
    'Secrets external agents present to RegisterAgent; several may be live at once for rotation.';
COMMENT ON COLUMN agent_auth_secrets.secret_prefix IS
    'First characters of the secret, to find the row and to show in a list.';
COMMENT ON COLUMN agent_auth_secrets.secret_hash IS
    'argon2id or bcrypt string with its own salt and parameters; the secret is shown once and never stored.';
