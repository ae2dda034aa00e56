-- +goose Up

-- What the operator allows an organization: null is no limit.
ALTER TABLE organizations ADD COLUMN links_per_day INTEGER;
ALTER TABLE organizations ADD COLUMN sessions_at_once INTEGER;

-- The links that were created on a day, counted only where links_per_day is set.
ALTER TABLE organizations ADD COLUMN links_day INTEGER NOT NULL DEFAULT 0; -- days since 1970, UTC
ALTER TABLE organizations ADD COLUMN links_created INTEGER NOT NULL DEFAULT 0;
