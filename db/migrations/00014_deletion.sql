-- +goose Up

-- When the merchant had the link's data deleted: nothing personal is left then.
ALTER TABLE links ADD COLUMN data_deleted_at INTEGER;
CREATE INDEX links_by_user ON links (organization_id, external_user_id, created_at DESC, id DESC) WHERE external_user_id IS NOT NULL;

-- Whole links are deleted so long after their end. Null: as the server is set; 0: never.
ALTER TABLE organizations ADD COLUMN retain_links INTEGER; -- milliseconds
CREATE INDEX links_ended ON links (organization_id, updated_at) WHERE status IN ('complete', 'expired');

-- The time of the newest merchant event that was deleted with its link. Whoever
-- lists events after one that is gone goes on at its time.
ALTER TABLE organizations ADD COLUMN events_deleted_until INTEGER NOT NULL DEFAULT 0;

-- Receipts for the deletion of all that was kept of a merchant's user.
CREATE TABLE user_deletions (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    user_mac        BLOB NOT NULL,            -- HMAC of the merchant's id of the user
    test            INTEGER NOT NULL,         -- only the links of test keys
    links           INTEGER NOT NULL DEFAULT 0,
    cancelled       INTEGER NOT NULL DEFAULT 0, -- of the links
    sessions        INTEGER NOT NULL DEFAULT 0, -- of the links
    results         INTEGER NOT NULL DEFAULT 0,
    arguments       INTEGER NOT NULL DEFAULT 0, -- links that had any left
    recordings      INTEGER NOT NULL DEFAULT 0,
    replies         INTEGER NOT NULL DEFAULT 0, -- kept for idempotency
    created_at      INTEGER NOT NULL,
    completed_at    INTEGER                   -- null: there may be links left
) STRICT;
CREATE INDEX user_deletions_by_user ON user_deletions (organization_id, user_mac, created_at DESC);
