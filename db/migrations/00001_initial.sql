-- +goose Up

CREATE TABLE organizations (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    hash            BLOB NOT NULL UNIQUE,
    hint            TEXT NOT NULL,            -- the last four characters, to tell keys apart
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    revoked_at      INTEGER
) STRICT;

CREATE TABLE links (
    id                 TEXT PRIMARY KEY,
    organization_id    TEXT NOT NULL REFERENCES organizations (id),
    integration_id     TEXT NOT NULL,
    status             TEXT NOT NULL CHECK (status IN ('pending', 'active', 'complete', 'failed', 'expired')),
    claim_code_hash    BLOB NOT NULL UNIQUE,
    claim_code         BLOB NOT NULL,         -- sealed
    arguments_key      BLOB,                  -- wrapped; gone once no session can need the arguments
    data_key           BLOB,                  -- wrapped; gone when the data is destroyed
    result             BLOB,                  -- sealed with the data key
    error_code         TEXT,
    error_operation    INTEGER,
    current_session_id TEXT,
    attempts           INTEGER NOT NULL DEFAULT 0,
    return_url         TEXT,
    webhook_url        TEXT,
    external_user_id   TEXT,
    metadata           TEXT,
    debug              INTEGER NOT NULL DEFAULT 0,
    reusable           INTEGER NOT NULL DEFAULT 0,
    user_label         TEXT,
    require_return     INTEGER NOT NULL DEFAULT 0,
    locale             TEXT,
    expires_at         INTEGER NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    completed_at       INTEGER
) STRICT;
CREATE INDEX links_by_organization ON links (organization_id, created_at DESC, id DESC);
CREATE INDEX links_by_expiry ON links (expires_at) WHERE status IN ('pending', 'active', 'failed');
CREATE INDEX links_with_data ON links (updated_at) WHERE data_key IS NOT NULL;

CREATE TABLE link_operations (
    link_id   TEXT NOT NULL REFERENCES links (id),
    position  INTEGER NOT NULL,
    resource  TEXT NOT NULL,
    action    TEXT NOT NULL CHECK (action IN ('read', 'write')),
    arguments BLOB,                           -- sealed with the arguments key
    summary   TEXT NOT NULL,                  -- what a person may read of the arguments, such as a card's last four
    PRIMARY KEY (link_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE link_sessions (
    id                  TEXT PRIMARY KEY,
    link_id             TEXT NOT NULL REFERENCES links (id),
    attempt             INTEGER NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('created', 'queued', 'running', 'waiting', 'complete', 'failed')),
    owner               TEXT NOT NULL,        -- the boot id of the process that runs it
    epoch               INTEGER NOT NULL,
    lease_until         INTEGER NOT NULL,
    last_seq            INTEGER NOT NULL DEFAULT 0,
    client_token_hash   BLOB NOT NULL UNIQUE,
    browser_hash        BLOB,                 -- the person's browser; null where the claim came through the API
    consent             TEXT NOT NULL,
    integration_version TEXT NOT NULL,
    error_code          TEXT,
    error_operation     INTEGER,
    error_detail        TEXT,                 -- for operators; nothing secret
    created_at          INTEGER NOT NULL,
    started_at          INTEGER,
    ended_at            INTEGER,
    UNIQUE (link_id, attempt)
) STRICT;
CREATE INDEX sessions_open ON link_sessions (lease_until) WHERE status IN ('created', 'queued', 'running', 'waiting');
CREATE INDEX sessions_by_time ON link_sessions (created_at DESC, id DESC);

CREATE TABLE session_operations (
    session_id   TEXT NOT NULL REFERENCES link_sessions (id),
    position     INTEGER NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('pending', 'running', 'complete', 'failed', 'unknown')),
    note         TEXT,                        -- a label key and a count: what a person reads beside it
    started_at   INTEGER,
    submitted_at INTEGER,
    ended_at     INTEGER,
    PRIMARY KEY (session_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_events (
    session_id TEXT NOT NULL REFERENCES link_sessions (id),
    seq        INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    data       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE prompts (
    id         TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES link_sessions (id),
    kind       TEXT NOT NULL,
    question   TEXT NOT NULL,                 -- JSON; never an answer
    status     TEXT NOT NULL CHECK (status IN ('open', 'answered', 'withdrawn')),
    created_at INTEGER NOT NULL,
    closed_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX prompts_open ON prompts (session_id) WHERE status = 'open';
CREATE INDEX prompts_by_session ON prompts (session_id, created_at);

CREATE TABLE scripts (
    hash           TEXT PRIMARY KEY,
    integration_id TEXT NOT NULL,
    source         TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE artifacts (
    id         TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES link_sessions (id),
    seq        INTEGER NOT NULL,              -- the event that it belongs to
    kind       TEXT NOT NULL CHECK (kind IN ('screenshot')),
    media_type TEXT NOT NULL,
    content    BLOB NOT NULL,                 -- sealed with the link's data key
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX artifacts_by_session ON artifacts (session_id, seq);

CREATE TABLE events (
    position        INTEGER PRIMARY KEY AUTOINCREMENT, -- the order of commits
    id              TEXT NOT NULL UNIQUE,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    link_id         TEXT NOT NULL REFERENCES links (id),
    session_id      TEXT,
    event           TEXT NOT NULL CHECK (event IN ('link.complete', 'link.failed', 'link.expired')),
    error_code      TEXT,
    error_operation INTEGER,
    final           INTEGER NOT NULL,
    operations      TEXT NOT NULL,            -- [{resource, action, status}] as they stood
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_organization ON events (organization_id, position);

CREATE TABLE webhook_deliveries (
    id          TEXT PRIMARY KEY,
    event_id    TEXT NOT NULL REFERENCES events (id),
    url         TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    tries       INTEGER NOT NULL DEFAULT 0,
    next_at     INTEGER NOT NULL,
    lease_until INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
CREATE INDEX deliveries_due ON webhook_deliveries (next_at) WHERE status = 'pending';
CREATE INDEX deliveries_by_event ON webhook_deliveries (event_id);

CREATE TABLE webhook_tries (
    delivery_id TEXT NOT NULL REFERENCES webhook_deliveries (id),
    number      INTEGER NOT NULL,
    status_code INTEGER,                      -- null where no reply came
    took        INTEGER NOT NULL,             -- milliseconds
    error       TEXT,
    reply       TEXT,                         -- the start of the reply's body
    at          INTEGER NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_keys (
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    key_hash        BLOB NOT NULL,
    body_mac        BLOB NOT NULL,
    status          INTEGER NOT NULL,
    reply           BLOB NOT NULL,            -- sealed
    link_id         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (organization_id, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_link ON idempotency_keys (link_id);

CREATE TABLE signing_keys (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    private_key     BLOB NOT NULL,            -- sealed, PKCS #8
    public_key      TEXT NOT NULL,            -- PEM, SPKI
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER
) STRICT;
CREATE INDEX signing_keys_by_organization ON signing_keys (organization_id, created_at DESC);

CREATE TABLE webhook_secrets (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    secret          BLOB NOT NULL,            -- sealed
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE operators (
    id                  TEXT PRIMARY KEY,
    email               TEXT NOT NULL UNIQUE,
    password_hash       TEXT NOT NULL,        -- argon2id, PHC form
    password_changed_at INTEGER NOT NULL,
    created_at          INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL                       -- sealed
) STRICT;
