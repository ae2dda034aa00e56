-- +goose Up

ALTER TABLE organizations ADD COLUMN accent TEXT NOT NULL DEFAULT '';           -- "#12594a"; empty: ours
ALTER TABLE organizations ADD COLUMN support TEXT NOT NULL DEFAULT '';          -- mailto: or https:
ALTER TABLE organizations ADD COLUMN return_to TEXT NOT NULL DEFAULT '[]';      -- schemes and hosts; none: any
ALTER TABLE organizations ADD COLUMN embed_origins TEXT NOT NULL DEFAULT '[]';
ALTER TABLE organizations ADD COLUMN logo_hash TEXT NOT NULL DEFAULT '';        -- of logos.content; empty: none

CREATE TABLE logos (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    hash            TEXT NOT NULL,            -- what it is served by
    content         BLOB NOT NULL             -- PNG, made here
) STRICT;
CREATE INDEX logos_by_hash ON logos (hash);

-- Who changed what of an organization.
CREATE TABLE organization_changes (
    id              INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    actor           TEXT NOT NULL,            -- an operator's email, or who was at the command line
    field           TEXT NOT NULL,
    before          TEXT NOT NULL,
    after           TEXT NOT NULL,
    at              INTEGER NOT NULL
) STRICT;
CREATE INDEX organization_changes_by_organization ON organization_changes (organization_id, id DESC);
