-- SPDX-License-Identifier: MIT
-- Adds the optional persona fields to agents: context, identity, responsibilities, constraints, communication_style.
-- Both lists are JSON arrays, and a check for each refuses anything else.
-- Constraints have no IF NOT EXISTS, so each is added only when the table does not have it yet.

ALTER TABLE agents
    ADD COLUMN IF NOT EXISTS context             text,
    ADD COLUMN IF NOT EXISTS identity            text,
    ADD COLUMN IF NOT EXISTS responsibilities    jsonb NOT NULL DEFAULT '[]'::jsonb,
    ADD COLUMN IF NOT EXISTS constraints         jsonb NOT NULL DEFAULT '[]'::jsonb,
    ADD COLUMN IF NOT EXISTS communication_style text;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agents'::regclass AND conname = 'ck_agents_responsibilities'
    ) THEN
        ALTER TABLE agents ADD CONSTRAINT ck_agents_responsibilities CHECK (jsonb_typeof(responsibilities) = 'array');
    END IF;
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agents'::regclass AND conname = 'ck_agents_constraints'
    ) THEN
        ALTER TABLE agents ADD CONSTRAINT ck_agents_constraints CHECK (jsonb_typeof(constraints) = 'array');
    END IF;
END
$$;
COMMENT ON COLUMN agents.context IS 'Background placed before the prompt.';
COMMENT ON COLUMN agents.identity IS 'Personality traits.';
COMMENT ON COLUMN agents.responsibilities IS 'JSON array of strings.';
COMMENT ON COLUMN agents.constraints IS 'JSON array of rules the agent must never break.';
