-- SPDX-License-Identifier: MIT
-- Links tools to the MCP server that they came from, and creates agent_mcp_servers: which agents may use which server.
-- A tool has provider mcp exactly when it has a server. That check is NOT VALID, because rows that are older than this
-- may hold provider mcp without one.

ALTER TABLE tool_definitions
    ADD COLUMN IF NOT EXISTS mcp_server_id uuid,
    ADD COLUMN IF NOT EXISTS discovered_at timestamptz;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'tool_definitions'::regclass AND conname = 'fk_tool_definitions_mcp_server'
    ) THEN
        ALTER TABLE tool_definitions ADD CONSTRAINT fk_tool_definitions_mcp_server
            FOREIGN KEY (mcp_server_id)
            REFERENCES mcp_servers (id) ON DELETE CASCADE;
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'tool_definitions'::regclass AND conname = 'ck_tool_definitions_mcp'
    ) THEN
        ALTER TABLE tool_definitions ADD CONSTRAINT ck_tool_definitions_mcp
            CHECK ((provider = 'mcp') = (mcp_server_id IS NOT NULL)) NOT VALID;
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS idx_tool_definitions_mcp_server_id ON tool_definitions (mcp_server_id)
    WHERE mcp_server_id IS NOT NULL;
CREATE TABLE IF NOT EXISTS agent_mcp_servers (
    agent_id      text        NOT NULL,
    mcp_server_id uuid        NOT NULL,
    allowed_tools text[],
    is_enabled    boolean     NOT NULL DEFAULT true,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agent_mcp_servers_pkey PRIMARY KEY (agent_id, mcp_server_id),
    CONSTRAINT fk_agent_mcp_servers_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_agent_mcp_servers_server FOREIGN KEY (mcp_server_id)
        REFERENCES mcp_servers (id) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS idx_agent_mcp_servers_mcp_server_id ON agent_mcp_servers (mcp_server_id);
COMMENT ON TABLE  agent_mcp_servers IS 'Which agents may use which MCP server; no row = no access.';
COMMENT ON COLUMN agent_mcp_servers.allowed_tools IS 'NULL = every tool of the server.';
COMMENT ON COLUMN tool_definitions.mcp_server_id IS
    'Set exactly when provider = mcp; deleting the server deletes its tools.';
