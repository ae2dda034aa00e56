-- +goose Up

-- Log-ins at the dashboard, one for each browser. The token itself is only in the browser's cookie.
CREATE TABLE operator_sessions (
    id           TEXT PRIMARY KEY,
    operator_id  TEXT NOT NULL REFERENCES operators (id),
    token_hash   BLOB NOT NULL UNIQUE,         -- SHA-256 of 256 random bits
    user_agent   TEXT NOT NULL,                -- what the browser calls itself, trimmed
    address      TEXT NOT NULL,                -- where the log-in came from
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,             -- to the minute
    expires_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX operator_sessions_by_operator ON operator_sessions (operator_id, last_seen_at DESC);
CREATE INDEX operator_sessions_by_expiry ON operator_sessions (expires_at);

-- The cookies of before, which were signed and encrypted, are not read any more.
DELETE FROM settings WHERE name IN ('operator_cookie_signing_key', 'operator_cookie_encryption_key');

-- Failed log-ins at the dashboard. One counts from its start, and is deleted if it succeeds.
CREATE TABLE failed_operator_log_ins (
    id        INTEGER PRIMARY KEY,
    email_mac BLOB NOT NULL,                   -- HMAC of what was typed as the email
    address   TEXT NOT NULL,                   -- an IPv4 address or an IPv6 network (/64)
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX failed_operator_log_ins_by_email ON failed_operator_log_ins (email_mac, at);
CREATE INDEX failed_operator_log_ins_by_address ON failed_operator_log_ins (address, at);
CREATE INDEX failed_operator_log_ins_by_time ON failed_operator_log_ins (at);
