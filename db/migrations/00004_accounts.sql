-- +goose Up

-- Attempts since the link was created, or completed last: ten and no more.
ALTER TABLE links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
UPDATE links SET tries = attempts;

-- Whose account a session works in: an HMAC, different for each link.
ALTER TABLE link_sessions ADD COLUMN account BLOB;

-- What a completed change gave, for a later attempt that need not make it
-- again: sealed with the link's data key, and gone once the link is over.
ALTER TABLE session_operations ADD COLUMN result BLOB;
