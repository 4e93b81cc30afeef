-- SPDX-License-Identifier: MIT
-- Creates workflows and workflow_steps: ordered chains of tasks.
-- The uniqueness of step_order is deferrable, so that steps can be swapped within one transaction.
-- The definition column holds layout and options for the user interface; order and tasks are rows.

CREATE TABLE IF NOT EXISTS workflows (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name              text        NOT NULL,
    description       text        NOT NULL DEFAULT '',
    project_id        bigint,
    canonical_trigger text,
    definition        jsonb       NOT NULL DEFAULT '{}'::jsonb,
    version           integer     NOT NULL DEFAULT 1,
    is_active         boolean     NOT NULL DEFAULT true,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_workflows_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT uq_workflows_name UNIQUE NULLS NOT DISTINCT (project_id, name),
    CONSTRAINT ck_workflows_trigger    CHECK (canonical_trigger ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
    CONSTRAINT ck_workflows_definition CHECK (jsonb_typeof(definition) = 'object'),
    CONSTRAINT ck_workflows_version    CHECK (version >= 1)
);
CREATE INDEX IF NOT EXISTS idx_workflows_trigger ON workflows (canonical_trigger)
    WHERE is_active AND canonical_trigger IS NOT NULL;

CREATE TABLE IF NOT EXISTS workflow_steps (
    id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    workflow_id uuid        NOT NULL,
    step_order  integer     NOT NULL,
    task_id     uuid        NOT NULL,
    condition   jsonb,
    on_failure  text        NOT NULL DEFAULT 'stop',
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_workflow_steps_workflow FOREIGN KEY (workflow_id)
        REFERENCES workflows (id) ON DELETE CASCADE,
    CONSTRAINT fk_workflow_steps_task FOREIGN KEY (task_id)
        REFERENCES tasks (id) ON DELETE RESTRICT,
    CONSTRAINT uq_workflow_steps_order UNIQUE (workflow_id, step_order) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT ck_workflow_steps_order      CHECK (step_order >= 1),
    CONSTRAINT ck_workflow_steps_on_failure CHECK (on_failure IN ('stop', 'continue', 'retry'))
);
CREATE INDEX IF NOT EXISTS idx_workflow_steps_task_id ON workflow_steps (task_id);
CREATE OR REPLACE TRIGGER trg_workflows_updated_at BEFORE UPDATE ON workflows
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  workflows IS 'Ordered chains of tasks, started by a trigger or by hand.';
COMMENT ON COLUMN workflows.project_id IS 'NULL = usable by every project.';
COMMENT ON TABLE  workflow_steps IS 'Steps of a workflow; a task in use cannot be deleted.';
COMMENT ON CONSTRAINT uq_workflow_steps_order ON workflow_steps IS
    'Deferrable, so that steps can be renumbered in one transaction.';
