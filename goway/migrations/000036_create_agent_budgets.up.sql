-- SPDX-License-Identifier: MIT
-- Creates agent_budgets: spending limits of an agent, overall or within one project.
-- A budget limits tokens, money or both. UNIQUE NULLS NOT DISTINCT allows one row for each agent, project and period.

CREATE TABLE IF NOT EXISTS agent_budgets (
    id              uuid           PRIMARY KEY DEFAULT gen_random_uuid(),
    agent_id        text           NOT NULL,
    project_id      bigint,
    period          text           NOT NULL,
    limit_tokens    bigint,
    limit_usd       numeric(12, 2),
    warn_at_percent integer        NOT NULL DEFAULT 80,
    on_exceeded     text           NOT NULL DEFAULT 'block',
    is_active       boolean        NOT NULL DEFAULT true,
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT fk_agent_budgets_agent FOREIGN KEY (agent_id)
        REFERENCES agents (id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT fk_agent_budgets_project FOREIGN KEY (project_id)
        REFERENCES projects (id) ON DELETE CASCADE,
    CONSTRAINT uq_agent_budgets UNIQUE NULLS NOT DISTINCT (agent_id, project_id, period),
    CONSTRAINT ck_agent_budgets_period CHECK (period IN ('daily', 'weekly', 'monthly', 'total')),
    CONSTRAINT ck_agent_budgets_limit
        CHECK (num_nonnulls(limit_tokens, limit_usd) >= 1
            AND COALESCE(limit_tokens, 1) > 0 AND COALESCE(limit_usd, 1) > 0),
    CONSTRAINT ck_agent_budgets_warn   CHECK (warn_at_percent BETWEEN 1 AND 100),
    CONSTRAINT ck_agent_budgets_action CHECK (on_exceeded IN ('warn', 'block'))
);
CREATE INDEX IF NOT EXISTS idx_agent_budgets_project_id ON agent_budgets (project_id) WHERE project_id IS NOT NULL;
CREATE OR REPLACE TRIGGER trg_agent_budgets_updated_at BEFORE UPDATE ON agent_budgets
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE agent_budgets IS 'Spending limits of an agent, overall (project_id NULL) or within one project.';
