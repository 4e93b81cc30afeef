-- SPDX-License-Identifier: MIT
-- Creates source_event_mappings, the first layer of routing: from source, event and action to the canonical trigger.
-- Jira and Plane events have no action (NULL); UNIQUE NULLS NOT DISTINCT refuses a second row for those too.
-- source_event is generated in the form that the webhook handler builds (issues:opened).

CREATE TABLE IF NOT EXISTS source_event_mappings (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    source            text        NOT NULL,
    event_name        text        NOT NULL,
    action            text,
    source_event      text        GENERATED ALWAYS AS (event_name || COALESCE(':' || action, '')) STORED,
    canonical_trigger text        NOT NULL,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_source_event_mappings UNIQUE NULLS NOT DISTINCT (source, event_name, action),
    CONSTRAINT ck_source_event_mappings_source  CHECK (source ~ '^[a-z][a-z0-9_-]{0,62}$'),
    CONSTRAINT ck_source_event_mappings_event   CHECK (btrim(event_name) <> ''),
    CONSTRAINT ck_source_event_mappings_action  CHECK (btrim(action) <> ''),
    CONSTRAINT ck_source_event_mappings_trigger CHECK (canonical_trigger ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$')
);
CREATE INDEX IF NOT EXISTS idx_source_event_mappings_source_event ON source_event_mappings (source, source_event)
    WHERE is_active;
CREATE INDEX IF NOT EXISTS idx_source_event_mappings_trigger ON source_event_mappings (canonical_trigger);
CREATE OR REPLACE TRIGGER trg_source_event_mappings_updated_at BEFORE UPDATE ON source_event_mappings
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  source_event_mappings IS 'Layer 1 of routing: (source, event, action) -> canonical trigger.';
COMMENT ON COLUMN source_event_mappings.action IS
    'NULL for sources whose event name says it all (Jira, Plane); never an empty string.';
COMMENT ON COLUMN source_event_mappings.source_event IS
    'event or event:action, as built by the webhook handler (issues:opened).';
