-- +goose Up

CREATE TABLE matches (
    integration_id TEXT NOT NULL,
    selector       TEXT NOT NULL,             -- as the script has it
    element        TEXT NOT NULL,             -- what it is called on the page; nothing of a person's
    seen_at        INTEGER NOT NULL,
    PRIMARY KEY (integration_id, selector)
) STRICT, WITHOUT ROWID;
