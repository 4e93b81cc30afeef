-- SPDX-License-Identifier: MIT
-- Creates event_subscriptions: who else wants to hear about an event, besides the tasks that a trigger starts.
-- The subscriber is an agent, a workflow, a NATS subject or a URL, so subscriber_ref cannot be a foreign key.

CREATE TABLE IF NOT EXISTS event_subscriptions (
    id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    event_definition_id uuid        NOT NULL,
    subscriber_type     text        NOT NULL,
    subscriber_ref      text        NOT NULL,
    filter              jsonb       NOT NULL DEFAULT '{}'::jsonb,
    is_active           boolean     NOT NULL DEFAULT true,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT fk_event_subscriptions_definition FOREIGN KEY (event_definition_id)
        REFERENCES event_definitions (id) ON DELETE CASCADE,
    CONSTRAINT uq_event_subscriptions UNIQUE (event_definition_id, subscriber_type, subscriber_ref),
    CONSTRAINT ck_event_subscriptions_type   CHECK (subscriber_type IN ('agent', 'workflow', 'nats_subject', 'http')),
    CONSTRAINT ck_event_subscriptions_ref    CHECK (btrim(subscriber_ref) <> ''),
    CONSTRAINT ck_event_subscriptions_filter CHECK (jsonb_typeof(filter) = 'object')
);
CREATE INDEX IF NOT EXISTS idx_event_subscriptions_subscriber ON event_subscriptions (subscriber_type, subscriber_ref);
CREATE OR REPLACE TRIGGER trg_event_subscriptions_updated_at BEFORE UPDATE ON event_subscriptions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();
COMMENT ON TABLE  event_subscriptions IS
    'Who wants to hear about a canonical event, apart from the trigger -> task routing.';
COMMENT ON COLUMN event_subscriptions.subscriber_ref IS
    'Agent id, workflow id, NATS subject or URL, by subscriber_type; no FK because the target varies.';
