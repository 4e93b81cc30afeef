-- SPDX-License-Identifier: MIT
-- Creates agent_budget_usage: what has been spent, one row for each budget and period.
-- It is apart from the limits because it is incremented (by upsert) after every call to the language model.

CREATE TABLE IF NOT EXISTS agent_budget_usage (
    budget_id     uuid           NOT NULL,
    period_start  timestamptz    NOT NULL,
    tokens_used   bigint         NOT NULL DEFAULT 0,
    cost_usd      numeric(14, 6) NOT NULL DEFAULT 0,
    request_count integer        NOT NULL DEFAULT 0,
    warned_at     timestamptz,
    updated_at    timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT agent_budget_usage_pkey PRIMARY KEY (budget_id, period_start),
    CONSTRAINT fk_agent_budget_usage_budget FOREIGN KEY (budget_id)
        REFERENCES agent_budgets (id) ON DELETE CASCADE,
    CONSTRAINT ck_agent_budget_usage_counts CHECK (tokens_used >= 0 AND cost_usd >= 0 AND request_count >= 0)
);
CREATE OR REPLACE TRIGGER trg_agent_budget_usage_updated_at BEFORE UPDATE ON agent_budget_usage
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  agent_budget_usage IS
    'Running totals per budget and period; incremented with INSERT ... ON CONFLICT DO UPDATE.';
COMMENT ON COLUMN agent_budget_usage.period_start IS 'Start of the period in UTC; -infinity for period total.';
COMMENT ON COLUMN agent_budget_usage.warned_at IS 'Set once, when warn_at_percent is first passed.';
