-- SPDX-License-Identifier: MIT
-- Creates poll_source_state: how far each poll source has been read, and who reads it now.
-- It is apart from poll_sources because it is rewritten at every poll.
-- The lease lets several server instances share the work: another may take over once it has expired.

CREATE TABLE IF NOT EXISTS poll_source_state (
    poll_source_id       uuid        PRIMARY KEY,
    cursor               jsonb       NOT NULL DEFAULT '{}'::jsonb,
    next_poll_at         timestamptz NOT NULL DEFAULT now(),
    last_polled_at       timestamptz,
    last_success_at      timestamptz,
    consecutive_failures integer     NOT NULL DEFAULT 0,
    last_error           text,
    lease_owner          text,
    lease_expires_at     timestamptz,
    updated_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_poll_source_state_source FOREIGN KEY (poll_source_id)
        REFERENCES poll_sources (id) ON DELETE CASCADE,
    CONSTRAINT ck_poll_source_state_cursor   CHECK (jsonb_typeof(cursor) = 'object'),
    CONSTRAINT ck_poll_source_state_failures CHECK (consecutive_failures >= 0),
    CONSTRAINT ck_poll_source_state_lease    CHECK ((lease_owner IS NULL) = (lease_expires_at IS NULL))
);
CREATE INDEX IF NOT EXISTS idx_poll_source_state_next_poll_at ON poll_source_state (next_poll_at);
CREATE OR REPLACE TRIGGER trg_poll_source_state_updated_at BEFORE UPDATE ON poll_source_state
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  poll_source_state IS
    'One row per poll source, apart from its definition because it is rewritten at every poll.';
COMMENT ON COLUMN poll_source_state.cursor IS 'High-water mark: last seen timestamp, page token or ETag.';
COMMENT ON COLUMN poll_source_state.lease_owner IS
    'Server instance polling now; another may take over after lease_expires_at.';
