-- SPDX-License-Identifier: MIT
-- Puts rows into every table of the full schema, so that steps down and up meet data and not only empty tables.
INSERT INTO event_definitions (id, name) VALUES ('00000000-0000-0000-0000-000000000002', 'issue.created');
INSERT INTO event_subscriptions (event_definition_id, subscriber_type, subscriber_ref)
    VALUES ('00000000-0000-0000-0000-000000000002', 'nats_subject', 'aether.issues');
INSERT INTO agents (id, name, role_id, prompt, email, runtime)
    VALUES ('pm_sarah', 'Sarah', 'pm', 'You plan.', 'Sarah@example.org', 'builtin'),
           ('ext_max', 'Max', 'dev', 'You build.', NULL, 'external');
INSERT INTO projects (name, source, source_project_id) VALUES ('Shop', 'github', 'acme/shop');
INSERT INTO project_source_mappings (project_id, source, source_project_id, is_primary)
    SELECT id, 'github', 'acme/shop', true FROM projects;
INSERT INTO project_agent_assignments (project_id, agent_id) SELECT id, 'pm_sarah' FROM projects;
INSERT INTO tasks (id, name, description, agent_id)
    VALUES ('00000000-0000-0000-0000-000000000012', 'triage', 'Sort new issues', 'pm_sarah');
INSERT INTO trigger_task_mappings (canonical_trigger, task_id)
    VALUES ('issue.created', '00000000-0000-0000-0000-000000000012');
INSERT INTO source_event_mappings (source, event_name, action, canonical_trigger)
    VALUES ('github', 'issues', 'opened', 'issue.created'), ('jira', 'jira:issue_created', NULL, 'issue.created');
INSERT INTO workflows (id, name) VALUES ('00000000-0000-0000-0000-000000000015', 'intake');
INSERT INTO workflow_steps (workflow_id, step_order, task_id)
    VALUES ('00000000-0000-0000-0000-000000000015', 1, '00000000-0000-0000-0000-000000000012');
INSERT INTO dynamic_integrations (id, slug, name, integration_type, credentials_encrypted, encryption_key_id)
    VALUES ('00000000-0000-0000-0000-000000000016', 'tracker', 'Tracker', 'jira', '\x00', 'k1');
INSERT INTO integration_assignments (integration_id, agent_id)
    VALUES ('00000000-0000-0000-0000-000000000016', 'pm_sarah');
INSERT INTO poll_sources (id, name, source, slug)
    VALUES ('00000000-0000-0000-0000-000000000019', 'nightly', 'jira', 'jira');
INSERT INTO poll_source_state (poll_source_id) VALUES ('00000000-0000-0000-0000-000000000019');
INSERT INTO webhook_mappings (id, name, slug, source_key)
    VALUES ('00000000-0000-0000-0000-000000000022', 'GitHub', 'github', 'github');
INSERT INTO webhook_events (id, source, slug, payload, origin, poll_source_id, webhook_mapping_id)
    VALUES ('00000000-0000-0000-0000-000000000001', 'jira', 'jira', '{"a": 1}', 'poll',
            '00000000-0000-0000-0000-000000000019', '00000000-0000-0000-0000-000000000022');
INSERT INTO watchdog_logs (level, component, message, webhook_event_id, agent_id)
    VALUES ('warn', 'router', 'no mapping', '00000000-0000-0000-0000-000000000001', 'pm_sarah');
INSERT INTO agent_auth_secrets (id, agent_id, secret_prefix, secret_hash)
    VALUES ('00000000-0000-0000-0000-000000000025', 'ext_max', 'abcd', '$2b$10$x');
INSERT INTO agent_sessions (id, agent_id, agent_name, auth_secret_id)
    VALUES ('00000000-0000-0000-0000-000000000026', 'ext_max', 'Max', '00000000-0000-0000-0000-000000000025');
INSERT INTO agent_capabilities (agent_id, session_id, name)
    VALUES ('ext_max', '00000000-0000-0000-0000-000000000026', 'build');
INSERT INTO agent_audit_logs (actor_type, actor_id, agent_id, action, outcome)
    VALUES ('agent', 'ext_max', 'ext_max', 'agent.register', 'success');
INSERT INTO task_executions (id, task_id, task_name, webhook_event_id, agent_id, session_id, status, started_at)
    VALUES ('00000000-0000-0000-0000-000000000029', '00000000-0000-0000-0000-000000000012', 'triage',
            '00000000-0000-0000-0000-000000000001', 'ext_max', '00000000-0000-0000-0000-000000000026',
            'running', now());
INSERT INTO task_execution_events (task_execution_id, seq, event_type)
    VALUES ('00000000-0000-0000-0000-000000000029', 1, 'queued');
INSERT INTO mcp_servers (id, name, transport, command)
    VALUES ('00000000-0000-0000-0000-000000000041', 'files', 'stdio', 'files-server');
INSERT INTO tool_definitions (id, name, provider, description, mcp_server_id)
    VALUES ('00000000-0000-0000-0000-000000000023', 'files__read', 'mcp', 'Reads a file',
            '00000000-0000-0000-0000-000000000041'),
           ('00000000-0000-0000-0000-000000000123', 'post_comment', 'builtin', 'Posts a comment', NULL);
INSERT INTO tool_executions (tool_definition_id, tool_name, agent_id, task_execution_id, session_id)
    VALUES ('00000000-0000-0000-0000-000000000023', 'files__read', 'ext_max',
            '00000000-0000-0000-0000-000000000029', '00000000-0000-0000-0000-000000000026');
INSERT INTO agent_mcp_servers (agent_id, mcp_server_id) VALUES ('ext_max', '00000000-0000-0000-0000-000000000041');
INSERT INTO knowledge_sources (id, name, source_type, embedding_model)
    VALUES ('00000000-0000-0000-0000-000000000033', 'wiki', 'confluence', 'm1');
INSERT INTO ingestion_jobs (id, knowledge_source_id)
    VALUES ('00000000-0000-0000-0000-000000000035', '00000000-0000-0000-0000-000000000033');
INSERT INTO document_chunks (knowledge_source_id, document_id, chunk_index, content, content_sha256, embedding,
                             ingestion_job_id)
    VALUES ('00000000-0000-0000-0000-000000000033', 'page-1', 0, 'How to release', sha256('How to release'),
            array_fill(0.5, ARRAY[1536])::vector, '00000000-0000-0000-0000-000000000035');
INSERT INTO agent_memories (scope, agent_id, key, content, task_execution_id, embedding, embedding_model)
    VALUES ('agent', 'pm_sarah', 'style', 'Short sentences', NULL, array_fill(0.25, ARRAY[1536])::vector, 'm1'),
           ('task', 'ext_max', 'step', 'Half done', '00000000-0000-0000-0000-000000000029', NULL, NULL);
INSERT INTO agent_budgets (id, agent_id, period, limit_tokens)
    VALUES ('00000000-0000-0000-0000-000000000036', 'pm_sarah', 'daily', 100000);
INSERT INTO agent_budget_usage (budget_id, period_start) VALUES ('00000000-0000-0000-0000-000000000036', '-infinity');
