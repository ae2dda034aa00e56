-- +goose Up

-- Attempts since the link was created, or completed last: ten and no more.
ALTER TABLE links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
UPDATE links SET tries = attempts;

-- Whose account a session works in: an HMAC, different for each link.
ALTER TABLE link_sessions ADD COLUMN account BLOB;

-- What a completed change gave, for a later attempt that need not make it
-- again: sealed with the link's data key, and gone once the link is over.
ALTER TABLE session_operations ADD COLUMN result BLOB;

-- Log-ins with a user name at a site that locks accounts. One that is open was
-- handed to a session and may yet turn out wrong, so it counts like one that was
-- refused; one that was accepted counts no more.
CREATE TABLE log_ins (
    id             INTEGER PRIMARY KEY,
    session_id     TEXT NOT NULL REFERENCES link_sessions (id),
    integration_id TEXT NOT NULL,
    username_mac   BLOB NOT NULL,             -- HMAC of the user name
    status         TEXT NOT NULL CHECK (status IN ('open', 'refused', 'accepted')),
    at             INTEGER NOT NULL           -- of the last change
) STRICT;
CREATE UNIQUE INDEX log_ins_open ON log_ins (session_id) WHERE status = 'open';
CREATE INDEX log_ins_by_session ON log_ins (session_id);
CREATE INDEX log_ins_by_username ON log_ins (integration_id, username_mac);
CREATE INDEX log_ins_by_time ON log_ins (at);
