-- SPDX-License-Identifier: MIT
-- Undoes 000042: drops agent_mcp_servers, then the tools that came from MCP servers, then the link.
-- Those tools are deleted because without the link nothing would tell them from others.
-- The delete runs only while the column is there, so that this file can run twice.

DROP TABLE IF EXISTS agent_mcp_servers;
DROP INDEX IF EXISTS idx_tool_definitions_mcp_server_id;
DO $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('tool_definitions') AND attname = 'mcp_server_id' AND NOT attisdropped
    ) THEN
        DELETE FROM tool_definitions WHERE mcp_server_id IS NOT NULL;
    END IF;
END
$$;
ALTER TABLE IF EXISTS tool_definitions
    DROP CONSTRAINT IF EXISTS ck_tool_definitions_mcp,
    DROP COLUMN IF EXISTS discovered_at,
    DROP COLUMN IF EXISTS mcp_server_id;
