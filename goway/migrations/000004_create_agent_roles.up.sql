-- SPDX-License-Identifier: MIT
-- Creates agent_roles and its five built-in roles: pm, ta, qa, dev and hub.
-- The rows are part of the schema: nothing seeds roles, and without them the first agent would break its foreign key.
-- The key is text because the API uses these short names as role_id. Roles that were changed since are left alone.

CREATE TABLE IF NOT EXISTS agent_roles (
    id             text        PRIMARY KEY,
    name           text        NOT NULL,
    description    text        NOT NULL DEFAULT '',
    default_prompt text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_agent_roles_name UNIQUE (name),
    CONSTRAINT ck_agent_roles_id   CHECK (id ~ '^[a-z][a-z0-9_]{0,31}$')
);
CREATE OR REPLACE TRIGGER trg_agent_roles_updated_at BEFORE UPDATE ON agent_roles
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
INSERT INTO agent_roles (id, name, description) VALUES
    ('pm',  'PM',                'Requirements, scope and stakeholder communication'),
    ('ta',  'Technical Analyst', 'Architecture review, feasibility and estimates'),
    ('qa',  'QA',                'Test strategy and verification'),
    ('dev', 'Developer',         'Implementation and technical guidance'),
    ('hub', 'Hub',               'Orchestration and coordination')
ON CONFLICT DO NOTHING;
COMMENT ON TABLE  agent_roles IS
    'Roles an agent can hold; the five built-in ones are inserted here because agents.role_id refers to them.';
COMMENT ON COLUMN agent_roles.id IS 'Short key used by the REST API as role_id.';
