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
    ended_at            INTEGER, account BLOB, suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1)),
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
INSERT INTO "api_keys" VALUES ('key_1KNVISQUTJGgRrGGPJ3v9Q', 'org_rpNWltmn3f3eyc3SuQAPUw', X'BBCA2B295668081D828E18DAA3BDAC6ED3A835882AA3B34101AB0A90AD2C8710', 'rUDA', 1800000000000, NULL, NULL, '', 'all', 0, NULL, NULL);
INSERT INTO "events" VALUES (1, 'evt_01a22b6b-a56a-7b46-af89-1fc47c3f1a59', 'org_rpNWltmn3f3eyc3SuQAPUw', 'link_clF3SeKQkfL2h6nLWJtfJA', 'sess_u2TGYPJjEFYVFuu-EDdH0w', 'link.failed', 'SITE_CHANGED', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (2, 'evt_01a22b6b-a573-7079-ae3d-71d1738b9415', 'org_rpNWltmn3f3eyc3SuQAPUw', 'link_P5u4kwRIQF2UW3zSlIYHGw', 'sess_7Oh0EAngKavY71hISOesdA', 'link.failed', 'SITE_UNAVAILABLE', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (3, 'evt_01a22b6b-a588-7bfb-9f8c-a4a77427d8b6', 'org_rpNWltmn3f3eyc3SuQAPUw', 'link_P5u4kwRIQF2UW3zSlIYHGw', 'sess_DqGqmFGr5Ck8cqBBaX2a2g', 'link.complete', NULL, NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"complete"},{"resource":"paymentMethod","action":"write","status":"complete"}]', 1800000000000);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (7, 6, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (8, 7, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (9, 8, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (10, 9, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (11, 10, 1, '2026-11-30 07:46:44');
INSERT INTO "goose_db_version" VALUES (12, 11, 1, '2026-11-30 07:46:44');
INSERT INTO "link_operations" VALUES ('link_P5u4kwRIQF2UW3zSlIYHGw', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_P5u4kwRIQF2UW3zSlIYHGw', 1, 'paymentMethod', 'write', X'B84CADF5136FB63092E5EFB6FC5C670521CE4D1A66EDF832B2C8D75A0752E25CAC862C2B4A72771BE0ECAF0DFE3587704F2D35C41B7DD17B4E6C3663A3', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_clF3SeKQkfL2h6nLWJtfJA', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_clF3SeKQkfL2h6nLWJtfJA', 1, 'paymentMethod', 'write', X'205BE5A79E0AE790BA708A9B920F72B947ADD8D3DE6A07BBD91E340A64DB993DCE304C60D2F4BF76269C79A5F9DBFD1F5D5583555A9D2D2175C874EB2A', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_mO0EofKJfSigpHTWLU81_w', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_mO0EofKJfSigpHTWLU81_w', 1, 'paymentMethod', 'write', X'0B9A34630D5267848084D98678FC31BCB572C85282706D251BB9C2CAB6AED56E927003EA195354325ED57BFD9EFF1EAB69FD2330C95A61F402DD536891', '{"last4":"1111"}');
INSERT INTO "link_sessions" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 'link_clF3SeKQkfL2h6nLWJtfJA', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'1DF90C1F970C496712329B8AB6119BA871D1ECBB005C16CA6588AF91370EACA6', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_CHANGED', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL, 0);
INSERT INTO "link_sessions" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 'link_P5u4kwRIQF2UW3zSlIYHGw', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'09CB1BB6762EB4781F66F3C1C866D592FE43BEC3649F49B2D94F84CE6E3024B2', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_UNAVAILABLE', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL, 0);
INSERT INTO "link_sessions" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 'link_P5u4kwRIQF2UW3zSlIYHGw', 2, 'complete', 'boot_test', 2, 1800000015000, 8, X'C0EF618D8486B84977788532D5E30608622A22D229BE86E1A270D0B06B92DF4A', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', NULL, NULL, NULL, 1800000000000, 1800000000000, 1800000000000, NULL, 0);
INSERT INTO "links" VALUES ('link_mO0EofKJfSigpHTWLU81_w', 'org_rpNWltmn3f3eyc3SuQAPUw', 'demo', 'pending', X'F38CD5BAF53C4659CA290C8A26F7160BFA433B738104E5257E4BE8E7BC7BD1CD', X'013AEEB1181750483B6ED17A7B7E69D2DF1DE0DBB0609A31F7DD0FFDB6A93287441E10E92003E02146EDC9C496C6ACF0D6EA77AA2BEAA984DF82B80B9EFCDB6F190E71B6D3', X'013AEEB118B5AC0D29DBFD76C614AA4841D6726F6957F8FB05655FB8D0FD52FA0227ED05FD1DB904FACAD22DEE78A1B0D2941EB097346BC6282D3418C83CC66680', X'013AEEB1181E341C70178412C95A3C3C8B2563A5D68355B5ABB42FD8B0A8559AFE27CB104E67606C88B51AF31A1A1B0AB322CBF15FF8F4D6707F6FF8CB74D349A5', NULL, NULL, NULL, NULL, 0, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 0, 0, NULL);
INSERT INTO "links" VALUES ('link_clF3SeKQkfL2h6nLWJtfJA', 'org_rpNWltmn3f3eyc3SuQAPUw', 'demo', 'failed', X'616DECBCA0489AB25764EBAB27F66ABD8683B1641ED6A774AC7FF7FF043AFFFA', X'013AEEB118D46B5A3B0993E658EA7D34B73B52B6C100621AC8C71851E7CE3088226BD04D6420BD61EB48452382BA7B43059994AC16FDC0280E5D65824C7823282E2E0C6970', X'013AEEB1187BB54692D6AE2E1391F97788FDFBBF252A0F4F3A7AA220BEC7EF8CE6181536B4F71E44C1804B5F58319FFE01C4E7085B5FBAF5F3F49F18DC45D443A8', X'013AEEB11828EB2876648756637AEDC15D98EE92DC0F6F0BA86378CD0CDDFC577B9A7A1DF37A6CAD0A1D2FB24D17A5237761A7989FEFD86CE2FE762DB30D8DBCD1', NULL, 'SITE_CHANGED', NULL, 'sess_u2TGYPJjEFYVFuu-EDdH0w', 1, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 1, 0, NULL);
INSERT INTO "links" VALUES ('link_P5u4kwRIQF2UW3zSlIYHGw', 'org_rpNWltmn3f3eyc3SuQAPUw', 'demo', 'complete', X'EFE77BF92D631C648355A14F95576C97B8F92BFA1CFA4F852A601B3F2D9CB0E0', X'013AEEB118F0B82FDC3ABD6C5ED2B85CBF00FD844A3D954761442ACEBE6E381BDEE4104BB9F421A692DF00219D88580250059F0E7E98C65CF225B2901B65B0304A845BB5DB', X'013AEEB118AF16C761D93A4F7FC92B03009F72CED03FA72E18A70FF84EEAB2E08008C9321EDB65FF8F87D8E3E9859E23450A691BECA631BD07A1F8D2D4E6FF81EA', X'013AEEB11827EA27E24298E187596FB6B135EA4B60CFF90EF93C4AF79D52C3897928B55F5893496746A0A8D6E90C7ECA076854AE8D9F2397DAD8BBF5E2696675FF', X'3F04842A51A02CD21CAE867AA7831939B8B6E9099021C512A93C673481F7CCB4EFEADB44870D85904B177E080EAEB8AB69', NULL, NULL, 'sess_DqGqmFGr5Ck8cqBBaX2a2g', 2, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 1, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, 1800000000000, 2, 0, NULL);
INSERT INTO "organization_changes" VALUES (1, 'org_rpNWltmn3f3eyc3SuQAPUw', '', 'API key', '', 'made key_1KNVISQUTJGgRrGGPJ3v9Q', 1800000000000);
INSERT INTO "organizations" VALUES ('org_rpNWltmn3f3eyc3SuQAPUw', 'Acme Shop', 'Acme Shop', 1800000000000, '', '', '[]', '[]', '');
INSERT INTO "prompts" VALUES ('prm_p5YQKFNym4iBHs6WGrdqZA', 'sess_u2TGYPJjEFYVFuu-EDdH0w', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_cYiYQUO4NB_FkCPVOtlbRw', 'sess_7Oh0EAngKavY71hISOesdA', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_zq77CSweosMswegQrDjLxw', 'sess_DqGqmFGr5Ck8cqBBaX2a2g', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "scripts" VALUES ('version', 'demo', '', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 2, 'queued', '{"prompt":"prm_cYiYQUO4NB_FkCPVOtlbRw","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 4, 'failed', '{"code":"SITE_UNAVAILABLE","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 2, 'queued', '{"prompt":"prm_zq77CSweosMswegQrDjLxw","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 4, 'operation_started', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 5, 'operation_completed', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 6, 'operation_started', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 7, 'operation_completed', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 8, 'completed', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 2, 'queued', '{"prompt":"prm_p5YQKFNym4iBHs6WGrdqZA","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 4, 'failed', '{"code":"SITE_CHANGED","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_operations" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_7Oh0EAngKavY71hISOesdA', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 0, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "session_operations" VALUES ('sess_DqGqmFGr5Ck8cqBBaX2a2g', 1, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "session_operations" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_u2TGYPJjEFYVFuu-EDdH0w', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "sqlite_sequence" VALUES ('goose_db_version', 12);
INSERT INTO "sqlite_sequence" VALUES ('events', 3);
INSERT INTO "webhook_deliveries" VALUES ('dlv_I48Su1XIw0PiZzr0SrPIIw', 'evt_01a22b6b-a56a-7b46-af89-1fc47c3f1a59', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_L6oI58D9LbL3kq1PE7hI9A', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_27dKsTYTK1iJwFJe1N4ncw', 'evt_01a22b6b-a573-7079-ae3d-71d1738b9415', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_L6oI58D9LbL3kq1PE7hI9A', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_YtzwtG4ELEpusOw83PdEyQ', 'evt_01a22b6b-a588-7bfb-9f8c-a4a77427d8b6', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_L6oI58D9LbL3kq1PE7hI9A', 0);
INSERT INTO "webhook_endpoints" VALUES ('ep_L6oI58D9LbL3kq1PE7hI9A', 'org_rpNWltmn3f3eyc3SuQAPUw', 'merchant.example', 0, NULL, NULL);
INSERT INTO "webhook_secrets" VALUES ('whs_5klDh6cXjuzv6laSTvPDuA', 'org_rpNWltmn3f3eyc3SuQAPUw', X'013AEEB118973D235E35209EC08CF9230A746AF7DFF70D802959325E29B5C46214D3CA0452211D81D5EED4E724572F73B0C64DB0137431468FB51CA6A34DE568A1E2525DC5288BFC09CF972ED886D495D2197E', 1800000000000, NULL);
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
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code, suspect) WHERE ended_at IS NOT NULL;
