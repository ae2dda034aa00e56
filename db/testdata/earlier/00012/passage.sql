PRAGMA foreign_keys = OFF;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
CREATE TABLE organizations (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    created_at   INTEGER NOT NULL
, accent TEXT NOT NULL DEFAULT '', support TEXT NOT NULL DEFAULT '', return_to TEXT NOT NULL DEFAULT '[]', embed_origins TEXT NOT NULL DEFAULT '[]', logo_hash TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE api_keys (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    hash            BLOB NOT NULL UNIQUE,
    hint            TEXT NOT NULL,            -- the last four characters, to tell keys apart
    created_at      INTEGER NOT NULL,
    last_used_at    INTEGER,
    revoked_at      INTEGER
, name TEXT NOT NULL DEFAULT '', scope TEXT NOT NULL DEFAULT 'all' CHECK (scope IN ('read', 'links', 'all')), test INTEGER NOT NULL DEFAULT 0, lifetime INTEGER, expires_at INTEGER) STRICT;
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
, tries INTEGER NOT NULL DEFAULT 0, test INTEGER NOT NULL DEFAULT 0, return_code_hash BLOB) STRICT;
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
    ended_at            INTEGER, account BLOB, suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1)), error_cause TEXT,
    UNIQUE (link_id, attempt)
) STRICT;
CREATE TABLE session_operations (
    session_id   TEXT NOT NULL REFERENCES link_sessions (id),
    position     INTEGER NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('pending', 'running', 'complete', 'failed', 'unknown')),
    note         TEXT,                        -- a label key and a count: what a person reads beside it
    started_at   INTEGER,
    submitted_at INTEGER,
    ended_at     INTEGER, result BLOB,
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
, endpoint_id TEXT REFERENCES webhook_endpoints (id), held INTEGER NOT NULL DEFAULT 0) STRICT;
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
CREATE TABLE signing_keys (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    private_key     BLOB NOT NULL,            -- sealed, PKCS #8
    public_key      TEXT NOT NULL,            -- PEM, SPKI
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER
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
CREATE TABLE matches (
    integration_id TEXT NOT NULL,
    selector       TEXT NOT NULL,             -- as the script has it
    element        TEXT NOT NULL,             -- what it is called on the page; nothing of a person's
    seen_at        INTEGER NOT NULL,
    PRIMARY KEY (integration_id, selector)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_ins (
    id             INTEGER PRIMARY KEY,
    session_id     TEXT NOT NULL REFERENCES link_sessions (id),
    integration_id TEXT NOT NULL,
    username_mac   BLOB NOT NULL,             -- HMAC of the user name
    status         TEXT NOT NULL CHECK (status IN ('open', 'refused', 'accepted')),
    at             INTEGER NOT NULL           -- of the last change
) STRICT;
CREATE TABLE "webhook_secrets" (
    id              TEXT PRIMARY KEY,         -- of the first one, the organization's
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    secret          BLOB NOT NULL,            -- sealed
    created_at      INTEGER NOT NULL,
    retired_at      INTEGER                   -- in the future: good until then
) STRICT;
CREATE TABLE webhook_endpoints (
    id              TEXT PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    host            TEXT NOT NULL,            -- with its port, as in the URL
    failures        INTEGER NOT NULL DEFAULT 0, -- tries in a row
    failing_since   INTEGER,                  -- the first of them
    paused_at       INTEGER,
    UNIQUE (organization_id, host)
) STRICT;
CREATE TABLE logos (
    organization_id TEXT PRIMARY KEY REFERENCES organizations (id),
    hash            TEXT NOT NULL,            -- what it is served by
    content         BLOB NOT NULL             -- PNG, made here
) STRICT;
CREATE TABLE organization_changes (
    id              INTEGER PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    actor           TEXT NOT NULL,            -- an operator's email, or who was at the command line
    field           TEXT NOT NULL,
    before          TEXT NOT NULL,
    after           TEXT NOT NULL,
    at              INTEGER NOT NULL
) STRICT;
CREATE TABLE phone_codes (
    link_id    TEXT PRIMARY KEY REFERENCES links (id),
    id         TEXT NOT NULL UNIQUE,
    code_hash  BLOB NOT NULL UNIQUE,
    expires_at INTEGER NOT NULL,
    used_by    BLOB                           -- the hash of the phone's browser; null: it was not used
) STRICT;
CREATE TABLE reads (
    integration_version TEXT NOT NULL,
    line                INTEGER NOT NULL,
    seen_at             INTEGER NOT NULL,
    PRIMARY KEY (integration_version, line)
) STRICT, WITHOUT ROWID;
INSERT INTO "api_keys" VALUES ('key_H26cw6XKFIA0LeUggkfJoA', 'org_HxzeGb-dK5f3dBDKiFQDLg', X'DAE0AC658E36432B1E44ABDE7B414F7965F1ADF32B545392A0112A44A12F2DB6', 'bfcA', 1800000000000, NULL, NULL, '', 'all', 0, NULL, NULL);
INSERT INTO "events" VALUES (1, 'evt_01a22b6b-d382-7d2e-b211-618795c4b635', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'link_tJEETUH8t3kyn27AqZwJgg', 'sess_EB9pQ-3tAr4PwIKxKifVZQ', 'link.failed', 'SITE_CHANGED', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (2, 'evt_01a22b6b-d38c-73f6-9729-42fc7d1a6571', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'link_N9wC4Dv7XoW_DFmQMZBL3w', 'sess_MSSsH5c6mcYKcus-qwESOA', 'link.failed', 'SITE_UNAVAILABLE', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (3, 'evt_01a22b6b-d3a7-7698-ba6c-ca4df80faf6b', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'link_N9wC4Dv7XoW_DFmQMZBL3w', 'sess_OrmGTkXeP8GACcXwyE5yVQ', 'link.complete', NULL, NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"complete"},{"resource":"paymentMethod","action":"write","status":"complete"}]', 1800000000000);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (7, 6, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (8, 7, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (9, 8, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (10, 9, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (11, 10, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (12, 11, 1, '2026-11-30 07:46:56');
INSERT INTO "goose_db_version" VALUES (13, 12, 1, '2026-11-30 07:46:56');
INSERT INTO "link_operations" VALUES ('link_5zXWknvHd7nc_aBeTdo6xQ', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_5zXWknvHd7nc_aBeTdo6xQ', 1, 'paymentMethod', 'write', X'B691CE1A43A9C48EBF021FEE8A337543A0FDA9B9BBCCE5EF63050A02711AED93EA8B18063BDB60AC5FAD9FE707734F8971D31D521FBA56A6CF23E727EF', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_N9wC4Dv7XoW_DFmQMZBL3w', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_N9wC4Dv7XoW_DFmQMZBL3w', 1, 'paymentMethod', 'write', X'6AEF86CA0DFD038781E5A3FC47899F92B8B386548CDA76881690FEE6F1571F411DB6385847F3A34B7863CD06D96A434032DF6E8A1B21A7AD4A336918EC', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_tJEETUH8t3kyn27AqZwJgg', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_tJEETUH8t3kyn27AqZwJgg', 1, 'paymentMethod', 'write', X'6CA1278D9C3A6C346A7B3684B8AD5DAA7D48B52E47670FCB27D14757077C251656091CA310724E4BDF0DCA855F69C361A27D70741B7E848271EA35A175', '{"last4":"1111"}');
INSERT INTO "link_sessions" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 'link_tJEETUH8t3kyn27AqZwJgg', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'B8325859867442A01D47F7A82BA466E90B4E69294362B3987C8F0D6283D74370', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_CHANGED', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL, 0, NULL);
INSERT INTO "link_sessions" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 'link_N9wC4Dv7XoW_DFmQMZBL3w', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'D0CD16E638C4A4D653B86FB0544C2EE0161F7452A24BBF90D9A096063EFA5A6C', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_UNAVAILABLE', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL, 0, NULL);
INSERT INTO "link_sessions" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 'link_N9wC4Dv7XoW_DFmQMZBL3w', 2, 'complete', 'boot_test', 2, 1800000015000, 8, X'3DA425CAA93328AF074DD2F2F910A5D8DB44D87A48BAB00B6AFE1FEF01456B6C', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', NULL, NULL, NULL, 1800000000000, 1800000000000, 1800000000000, NULL, 0, NULL);
INSERT INTO "links" VALUES ('link_5zXWknvHd7nc_aBeTdo6xQ', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'demo', 'pending', X'3C8955F54E0599652F94218B81F4A49C4560839145FFF262AFD1B46A22A388DB', X'0106653C2C93BB9A5BCBF5DB5573C3FF21F45752199156953EFF3FD26F279AB4A11C6958EFA553CF902816B5CC17C97DA675DC56ABF60E9A3CB4F68E76F07C50349F8D11F2', X'0106653C2C10D8B27FFD751B3B9F307DC60FAB24878D114636266A0039B04CEBD60B1A5BC2414E72C84AFBDB574D3E18A3CC1D3003AA1616319122E46D384956E7', X'0106653C2C10BD5A454A356920959D6C5D778F5B4DCEAAAD8A49FE81994712E92FDE9F786EE18473F09779238C6C7405F1FE6C33AA01E0A653F64FB64F2DDEF3DD', NULL, NULL, NULL, NULL, 0, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 0, 0, NULL);
INSERT INTO "links" VALUES ('link_tJEETUH8t3kyn27AqZwJgg', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'demo', 'failed', X'000FE9445B23509DF5F09FB22D02F7341C9C3ADAB5A12A6ABF2AE27FB3C9F7B1', X'0106653C2C0FF01CF5CDEF78A6B3842631A44DFFA40FB4B4126E4058EDEE8F9DE1AB7D0E9F2A6D0F6FE7701D87C4582275CF211344B031F21E3A922EE484982A2A58A3C2EA', X'0106653C2C671C564722F979850F83BE14FCA1A72F25FABC5D021741FA4EAD15B8CADE3274BA4DA47BE6D90AC1629BE09550589412F93817293D1BBF8DE8549D03', X'0106653C2CAAF9D5F413B675F1CB24BC9EC3629585A3E468BE5F5740914D548143696BA1464BC8EC34092CAE85BF09F57E0D69107616AB496D219E84024356DF70', NULL, 'SITE_CHANGED', NULL, 'sess_EB9pQ-3tAr4PwIKxKifVZQ', 1, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 1, 0, NULL);
INSERT INTO "links" VALUES ('link_N9wC4Dv7XoW_DFmQMZBL3w', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'demo', 'complete', X'87346AE65CF9C3A46132FE881D65993AA06BA2DFC8BD30A2A7F7FD9EEB3B111D', X'0106653C2C48CA56BE878DE1473CF397D2AF3F977B22088A22EB7988706E44653C9342FD538199D5BB4C30A4AD33A0A4A61E0A106B2F305CDD3B227B7466C5DABC15074268', X'0106653C2CB9E146306DBC321780F4D7E5DA27410F07C7104EAE18C88342CE339FF991BD311FBA8312E604554F4014B578CCC9952A68851C2FE586E1F59D4A64C7', X'0106653C2C2BF4916049AC1C628D3B068452612CF2269643D75357FAA76A40F24CB21480F514C5A5D6A81ED6E6191616FA9C0E2A93DA6288E26E715E5533C9DF5E', X'3AB852A24F0FF04992EDB80A31E1C2306CA968771869AEBE357207D8A3FFCEF56C6B9F1B30C4EDD89B885CCF182B8C052F', NULL, NULL, 'sess_OrmGTkXeP8GACcXwyE5yVQ', 2, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 1, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, 1800000000000, 2, 0, NULL);
INSERT INTO "organization_changes" VALUES (1, 'org_HxzeGb-dK5f3dBDKiFQDLg', '', 'API key', '', 'made key_H26cw6XKFIA0LeUggkfJoA', 1800000000000);
INSERT INTO "organizations" VALUES ('org_HxzeGb-dK5f3dBDKiFQDLg', 'Acme Shop', 'Acme Shop', 1800000000000, '', '', '[]', '[]', '');
INSERT INTO "prompts" VALUES ('prm_1gcuf8Y4ec0HZD3k4sXj4Q', 'sess_EB9pQ-3tAr4PwIKxKifVZQ', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_S4_2uJcdy30fjoMpy4la_A', 'sess_MSSsH5c6mcYKcus-qwESOA', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_1WaZXODSbXET2V3f5ty1bA', 'sess_OrmGTkXeP8GACcXwyE5yVQ', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "scripts" VALUES ('version', 'demo', '', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 2, 'queued', '{"prompt":"prm_1gcuf8Y4ec0HZD3k4sXj4Q","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 4, 'failed', '{"code":"SITE_CHANGED","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 2, 'queued', '{"prompt":"prm_S4_2uJcdy30fjoMpy4la_A","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 4, 'failed', '{"code":"SITE_UNAVAILABLE","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 2, 'queued', '{"prompt":"prm_1WaZXODSbXET2V3f5ty1bA","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 4, 'operation_started', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 5, 'operation_completed', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 6, 'operation_started', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 7, 'operation_completed', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 8, 'completed', '{}', 1800000000000);
INSERT INTO "session_operations" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_EB9pQ-3tAr4PwIKxKifVZQ', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_MSSsH5c6mcYKcus-qwESOA', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 0, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "session_operations" VALUES ('sess_OrmGTkXeP8GACcXwyE5yVQ', 1, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "sqlite_sequence" VALUES ('goose_db_version', 13);
INSERT INTO "sqlite_sequence" VALUES ('events', 3);
INSERT INTO "webhook_deliveries" VALUES ('dlv_ixvKFuaJCXwolAegVwWuMA', 'evt_01a22b6b-d382-7d2e-b211-618795c4b635', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_5sQlnc15tziIhF3E0AQyaQ', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_GKol3yTO9Vz_eP_nH7932g', 'evt_01a22b6b-d38c-73f6-9729-42fc7d1a6571', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_5sQlnc15tziIhF3E0AQyaQ', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_yfXKS-AiQEKFLhJR-g-9Gw', 'evt_01a22b6b-d3a7-7698-ba6c-ca4df80faf6b', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_5sQlnc15tziIhF3E0AQyaQ', 0);
INSERT INTO "webhook_endpoints" VALUES ('ep_5sQlnc15tziIhF3E0AQyaQ', 'org_HxzeGb-dK5f3dBDKiFQDLg', 'merchant.example', 0, NULL, NULL);
INSERT INTO "webhook_secrets" VALUES ('whs_XZjX-vPi5dHmd-FeVZnL_w', 'org_HxzeGb-dK5f3dBDKiFQDLg', X'0106653C2CF44BB0FB135E67070449E7971ED439915143E707517F2A16D2B2098394E2D6EF73FEB078D8404121523B3193D1599390EB62007DFFC6079675586207FC0BB1A35D88419EAEF0C95C0DD952CD81A9', 1800000000000, NULL);
CREATE INDEX links_by_organization ON links (organization_id, created_at DESC, id DESC);
CREATE INDEX links_by_expiry ON links (expires_at) WHERE status IN ('pending', 'active', 'failed');
CREATE INDEX links_with_data ON links (updated_at) WHERE data_key IS NOT NULL;
CREATE INDEX sessions_open ON link_sessions (lease_until) WHERE status IN ('created', 'queued', 'running', 'waiting');
CREATE INDEX sessions_by_time ON link_sessions (created_at DESC, id DESC);
CREATE UNIQUE INDEX prompts_open ON prompts (session_id) WHERE status = 'open';
CREATE INDEX prompts_by_session ON prompts (session_id, created_at);
CREATE INDEX artifacts_by_session ON artifacts (session_id, seq);
CREATE INDEX events_by_organization ON events (organization_id, position);
CREATE INDEX deliveries_by_event ON webhook_deliveries (event_id);
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_link ON idempotency_keys (link_id);
CREATE INDEX signing_keys_by_organization ON signing_keys (organization_id, created_at DESC);
CREATE INDEX artifacts_by_time ON artifacts (created_at);
CREATE INDEX events_by_link ON events (link_id);
CREATE INDEX links_with_arguments ON links (expires_at) WHERE arguments_key IS NOT NULL AND status = 'complete';
CREATE UNIQUE INDEX log_ins_open ON log_ins (session_id) WHERE status = 'open';
CREATE INDEX log_ins_by_session ON log_ins (session_id);
CREATE INDEX log_ins_by_username ON log_ins (integration_id, username_mac);
CREATE INDEX log_ins_by_time ON log_ins (at);
CREATE INDEX webhook_secrets_by_organization ON webhook_secrets (organization_id);
CREATE UNIQUE INDEX webhook_secrets_newest ON webhook_secrets (organization_id) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX signing_keys_newest ON signing_keys (organization_id) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX deliveries_waiting ON webhook_deliveries (event_id) WHERE status = 'pending';
CREATE INDEX events_by_time ON events (organization_id, created_at, position);
CREATE INDEX endpoints_paused ON webhook_endpoints (paused_at) WHERE paused_at IS NOT NULL;
CREATE INDEX deliveries_due ON webhook_deliveries (next_at) WHERE status = 'pending' AND held = 0;
CREATE INDEX deliveries_waiting_for ON webhook_deliveries (endpoint_id) WHERE status = 'pending';
CREATE INDEX logos_by_hash ON logos (hash);
CREATE INDEX organization_changes_by_organization ON organization_changes (organization_id, id DESC);
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code, error_cause, suspect) WHERE ended_at IS NOT NULL;
