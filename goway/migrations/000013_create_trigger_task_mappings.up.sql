-- SPDX-License-Identifier: MIT
-- Creates trigger_task_mappings, the second layer of routing: which tasks a canonical trigger starts, in which order.
-- The partial index serves the lookup that every event makes.

CREATE TABLE IF NOT EXISTS trigger_task_mappings (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    canonical_trigger text        NOT NULL,
    task_id           uuid        NOT NULL,
    execution_order   integer     NOT NULL DEFAULT 0,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_trigger_task_mappings_task FOREIGN KEY (task_id)
        REFERENCES tasks (id) ON DELETE CASCADE,
    CONSTRAINT uq_trigger_task_mappings UNIQUE (canonical_trigger, task_id),
    CONSTRAINT ck_trigger_task_mappings_trigger CHECK (canonical_trigger ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT ck_trigger_task_mappings_order CHECK (execution_order >= 0)
);
CREATE INDEX IF NOT EXISTS idx_trigger_task_mappings_lookup
    ON trigger_task_mappings (canonical_trigger, execution_order) WHERE is_active;
CREATE INDEX IF NOT EXISTS idx_trigger_task_mappings_task_id ON trigger_task_mappings (task_id);
CREATE OR REPLACE TRIGGER trg_trigger_task_mappings_updated_at BEFORE UPDATE ON trigger_task_mappings
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE trigger_task_mappings IS 'Layer 2 of routing: canonical trigger -> one or more tasks.';
