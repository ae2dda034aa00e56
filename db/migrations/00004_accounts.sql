-- +goose Up

-- Attempts since the link was created, or completed last: ten and no more.
ALTER TABLE links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
UPDATE links SET tries = attempts;
