-- SPDX-License-Identifier: MIT
-- Creates tool_definitions: the tools that are offered to the language model.
-- Names follow the rule of function-calling APIs. They are unique over all providers: the model sees one flat list.

CREATE TABLE IF NOT EXISTS tool_definitions (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name              text        NOT NULL,
    provider          text        NOT NULL,
    category          text        NOT NULL DEFAULT 'general',
    description       text        NOT NULL,
    parameters        jsonb       NOT NULL DEFAULT '{}'::jsonb,
    requires_approval boolean     NOT NULL DEFAULT false,
    timeout_ms        integer     NOT NULL DEFAULT 30000,
    is_enabled        boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_tool_definitions_name UNIQUE (name),
    CONSTRAINT ck_tool_definitions_name       CHECK (name ~ '^[A-Za-z0-9_-]{1,64}$'),
    CONSTRAINT ck_tool_definitions_provider   CHECK (provider ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_tool_definitions_parameters CHECK (jsonb_typeof(parameters) = 'object'),
    CONSTRAINT ck_tool_definitions_timeout    CHECK (timeout_ms BETWEEN 1 AND 600000)
);
CREATE INDEX IF NOT EXISTS idx_tool_definitions_provider ON tool_definitions (provider, category) WHERE is_enabled;
CREATE OR REPLACE TRIGGER trg_tool_definitions_updated_at BEFORE UPDATE ON tool_definitions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  tool_definitions IS 'Tools offered to the LLM for function calling.';
COMMENT ON COLUMN tool_definitions.name IS 'Unique over all providers, because the model sees one flat list.';
COMMENT ON COLUMN tool_definitions.parameters IS 'Parameter name -> spec.';
