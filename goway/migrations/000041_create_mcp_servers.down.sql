-- SPDX-License-Identifier: MIT
-- Undoes 000041: drops mcp_servers with its trigger.
-- The servers and their encrypted secrets are lost.

DROP TABLE IF EXISTS mcp_servers;
