-- SPDX-License-Identifier: MIT
-- Creates mcp_servers: the Model Context Protocol servers whose tools are added at run time.
-- A server is a local command (stdio) or a URL (http, sse), and a check refuses a mixture of both.
-- Its environment and headers are stored encrypted, never as plain text.

CREATE TABLE IF NOT EXISTS mcp_servers (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name              text        NOT NULL,
    description       text        NOT NULL DEFAULT '',
    transport         text        NOT NULL,
    command           text,
    args              jsonb       NOT NULL DEFAULT '[]'::jsonb,
    url               text,
    secrets_encrypted bytea,
    encryption_key_id text,
    timeout_ms        integer     NOT NULL DEFAULT 30000,
    is_enabled        boolean     NOT NULL DEFAULT true,
    status            text        NOT NULL DEFAULT 'unknown',
    last_connected_at timestamptz,
    last_error        text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_mcp_servers_name UNIQUE (name),
    CONSTRAINT ck_mcp_servers_name      CHECK (name ~ '^[a-z][a-z0-9_-]{0,31}$'),
    CONSTRAINT ck_mcp_servers_transport CHECK (transport IN ('stdio', 'http', 'sse')),
    CONSTRAINT ck_mcp_servers_target    CHECK (
        (transport =  'stdio' AND command IS NOT NULL AND url IS NULL) OR
        (transport <> 'stdio' AND command IS NULL AND url IS NOT NULL AND url ~ '^https?://')),
    CONSTRAINT ck_mcp_servers_args      CHECK (jsonb_typeof(args) = 'array'),
    CONSTRAINT ck_mcp_servers_key       CHECK ((secrets_encrypted IS NULL) = (encryption_key_id IS NULL)),
    CONSTRAINT ck_mcp_servers_timeout   CHECK (timeout_ms BETWEEN 1 AND 600000),
    CONSTRAINT ck_mcp_servers_status    CHECK (status IN ('unknown', 'connected', 'error'))
);
CREATE OR REPLACE TRIGGER trg_mcp_servers_updated_at BEFORE UPDATE ON mcp_servers
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  mcp_servers IS 'Model Context Protocol servers whose tools are added at run time.';
COMMENT ON COLUMN mcp_servers.name IS 'Prefix of its tools: <name>__<tool>.';
COMMENT ON COLUMN mcp_servers.command IS
    'stdio only: starts a process on the host, so writing this table is as strong as shell access.';
COMMENT ON COLUMN mcp_servers.secrets_encrypted IS 'Environment variables and HTTP headers as encrypted JSON.';
