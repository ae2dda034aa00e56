-- +goose Up

ALTER TABLE api_keys ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE api_keys ADD COLUMN scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('read', 'links', 'all'));
ALTER TABLE api_keys ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN lifetime INTEGER;   -- milliseconds, for the next of its kind too; null: for ever
ALTER TABLE api_keys ADD COLUMN expires_at INTEGER; -- null: never
ALTER TABLE links ADD COLUMN test INTEGER NOT NULL DEFAULT 0;
