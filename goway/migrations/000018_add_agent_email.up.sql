-- SPDX-License-Identifier: MIT
-- Adds the e-mail address of an agent's account in trackers and commits.
-- It is unique without regard to case by an index on lower(email), so the extension citext is not needed.

ALTER TABLE agents
    ADD COLUMN IF NOT EXISTS email text;
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_constraint
        WHERE conrelid = 'agents'::regclass AND conname = 'ck_agents_email'
    ) THEN
        ALTER TABLE agents ADD CONSTRAINT ck_agents_email CHECK (email ~ '^[^@[:space:]]+@[^@[:space:]]+$');
    END IF;
END
$$;
CREATE UNIQUE INDEX IF NOT EXISTS uq_agents_email ON agents (lower(email)) WHERE email IS NOT NULL;
COMMENT ON COLUMN agents.email IS
    'Address of the agent''s account in trackers and commits; matched without regard to case.';
