-- +goose Up

-- An organization has more than one secret while it changes over to the next.
CREATE TABLE webhook_secrets_next (
    id              TEXT PRIMARY KEY,         -- of the first one, the organization's
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    secret          BLOB NOT NULL,            -- sealed
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER                   -- in the future: good until then
) STRICT;
INSERT INTO webhook_secrets_next (id, organization_id, secret, created_at)
    SELECT organization_id, organization_id, secret, created_at FROM webhook_secrets;
DROP TABLE webhook_secrets;
ALTER TABLE webhook_secrets_next RENAME TO webhook_secrets;
CREATE INDEX webhook_secrets_by_organization ON webhook_secrets (organization_id);

-- New deliveries are signed with one of each.
CREATE UNIQUE INDEX webhook_secrets_newest ON webhook_secrets (organization_id) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX signing_keys_newest ON signing_keys (organization_id) WHERE retired_at IS NULL;

-- Whoever asks twice for an event to be sent again gets one delivery.
CREATE UNIQUE INDEX deliveries_waiting ON webhook_deliveries (event_id) WHERE status = 'pending';
CREATE INDEX events_by_time ON events (organization_id, created_at, position);

CREATE TABLE webhook_endpoints (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    host            TEXT NOT NULL,            -- with its port, as in the URL
    failures        INTEGER NOT NULL DEFAULT 0, -- tries in a row
    failing_since   INTEGER,                  -- the first of them
    paused_at       INTEGER,
    UNIQUE (organization_id, host)
) STRICT;
CREATE INDEX endpoints_paused ON webhook_endpoints (paused_at) WHERE paused_at IS NOT NULL;

ALTER TABLE webhook_deliveries ADD COLUMN endpoint_id TEXT REFERENCES webhook_endpoints (id); -- null: from before there were any
ALTER TABLE webhook_deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0; -- it waits until its endpoint goes on
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON webhook_deliveries (next_at) WHERE status = 'pending' AND held = 0;
CREATE INDEX deliveries_waiting_for ON webhook_deliveries (endpoint_id) WHERE status = 'pending';
