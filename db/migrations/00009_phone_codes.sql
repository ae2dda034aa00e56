-- +goose Up

-- The code with which a link's person goes on on a phone; a link has one at a time.
CREATE TABLE phone_codes (
    link_id    TEXT PRIMARY KEY REFERENCES links (id),
    id         TEXT NOT NULL UNIQUE,
    code_hash  BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    used_by    BLOB                           -- the hash of the phone's browser; null: it was not used
) STRICT;
