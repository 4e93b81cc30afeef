-- SPDX-License-Identifier: MIT
-- Creates event_definitions, the catalogue of canonical event names such as issue.created.
-- The mapping tables do not refer to it by foreign key: seeding has no step for event definitions, and users may add
-- trigger names of their own.

CREATE TABLE IF NOT EXISTS event_definitions (
    id             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name           text        NOT NULL,
    category       text        NOT NULL DEFAULT 'general',
    description    text        NOT NULL DEFAULT '',
    payload_schema jsonb       NOT NULL DEFAULT '{}'::jsonb,
    is_active      boolean     NOT NULL DEFAULT true,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_event_definitions_name   UNIQUE (name),
    CONSTRAINT ck_event_definitions_name   CHECK (name ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT ck_event_definitions_schema CHECK (jsonb_typeof(payload_schema) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_event_definitions_category ON event_definitions (category);
CREATE OR REPLACE TRIGGER trg_event_definitions_updated_at BEFORE UPDATE ON event_definitions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  event_definitions IS
    'Catalogue of canonical event names (issue.created, pr.opened) the platform knows.';
COMMENT ON COLUMN event_definitions.payload_schema IS 'JSON Schema of the normalised payload; {} = unspecified.';
