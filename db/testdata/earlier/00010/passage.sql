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
    ended_at            INTEGER, account BLOB,
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
INSERT INTO "api_keys" VALUES ('key_3wkVMQVUyUnIvuQ3BMtWDA', 'org_KQGzkjiKjDJIjH_bcsyekw', X'1B9E25324F302B6464B334F2EEE913D3B58E5C9407C88541F368F5BB4C3829E2', '9aCw', 1800000000000, NULL, NULL, '', 'all', 0, NULL, NULL);
INSERT INTO "events" VALUES (1, 'evt_01a22b6b-97be-77c8-ad0d-8dcab439e5e2', 'org_KQGzkjiKjDJIjH_bcsyekw', 'link_JxcNbMT6CGd6tYr6Ic_gbQ', 'sess_5SvE7uBbeWNP4wiAuMD-Cg', 'link.failed', 'SITE_CHANGED', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (2, 'evt_01a22b6b-97c4-7e7e-97bd-b2c7ed0ded93', 'org_KQGzkjiKjDJIjH_bcsyekw', 'link_3Nv8ePEUBYq6HbrCe7T6zA', 'sess_jQUI5Mcc0f9v9QBcphD_QQ', 'link.failed', 'SITE_UNAVAILABLE', NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"pending"},{"resource":"paymentMethod","action":"write","status":"pending"}]', 1800000000000);
INSERT INTO "events" VALUES (3, 'evt_01a22b6b-97d1-7455-99d1-31a26c127eb5', 'org_KQGzkjiKjDJIjH_bcsyekw', 'link_3Nv8ePEUBYq6HbrCe7T6zA', 'sess_WhYiRMYP9iSORs-uEWe-kw', 'link.complete', NULL, NULL, 0, '[{"resource":"paymentMethod","action":"read","status":"complete"},{"resource":"paymentMethod","action":"write","status":"complete"}]', 1800000000000);
INSERT INTO "goose_db_version" VALUES (1, 0, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (2, 1, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (3, 2, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (4, 3, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (5, 4, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (6, 5, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (7, 6, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (8, 7, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (9, 8, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (10, 9, 1, '2026-11-30 07:46:41');
INSERT INTO "goose_db_version" VALUES (11, 10, 1, '2026-11-30 07:46:41');
INSERT INTO "link_operations" VALUES ('link_3Nv8ePEUBYq6HbrCe7T6zA', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_3Nv8ePEUBYq6HbrCe7T6zA', 1, 'paymentMethod', 'write', X'F0B5F08ECBB0A5BC7ED4B1FED7A5A0DD41FCF32AF0C7D4825D4D2B3D17DBC80921A802ED7754D7734FEE48EB43C2C1D0CF994F771F6F7BD6414BCA2387', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_JxcNbMT6CGd6tYr6Ic_gbQ', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_JxcNbMT6CGd6tYr6Ic_gbQ', 1, 'paymentMethod', 'write', X'421997DF49BC3BFDFDC0A7179B5DD299066D3A2D52D420718D06C9CD2B26780EE274DD605E14BCFE6453BB1FCD24D2089DE34458B8F6930D30E241874B', '{"last4":"1111"}');
INSERT INTO "link_operations" VALUES ('link_ornVcyZOZ32sWMveKDSi_w', 0, 'paymentMethod', 'read', NULL, '{}');
INSERT INTO "link_operations" VALUES ('link_ornVcyZOZ32sWMveKDSi_w', 1, 'paymentMethod', 'write', X'FF0CB0F7F3F99837A989C6F86495A234050DD9D3C4F7BDDABAEE34A7CFEEEA5217B11CC1133634B36F9C063BF326A70A3B548B8B35D2BF6C63B9595FAA', '{"last4":"1111"}');
INSERT INTO "link_sessions" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 'link_JxcNbMT6CGd6tYr6Ic_gbQ', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'A057C1A21CC4B84EF50DD8DC334FBD2BC833DBB9D1BF17066E8002CFEA8D195F', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_CHANGED', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL);
INSERT INTO "link_sessions" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 'link_3Nv8ePEUBYq6HbrCe7T6zA', 1, 'failed', 'boot_test', 1, 1800000015000, 4, X'7322975B713395B7C6303CF8AFAAD7C82A9C5507E2C64668189A47C054300608', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', 'SITE_UNAVAILABLE', NULL, 'detail', 1800000000000, 1800000000000, 1800000000000, NULL);
INSERT INTO "link_sessions" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 'link_3Nv8ePEUBYq6HbrCe7T6zA', 2, 'complete', 'boot_test', 2, 1800000015000, 8, X'D5D554E0B026B6E547F7ECC70262D506E851C0574090DBD4539F3E5304BB40FB', X'5F14F9E6D80F802A65269804F2552EF9889F2C7CCEC5067214E58A1E48E0B3FF', '{"via":"page","at":1800000000000}', 'version', NULL, NULL, NULL, 1800000000000, 1800000000000, 1800000000000, NULL);
INSERT INTO "links" VALUES ('link_ornVcyZOZ32sWMveKDSi_w', 'org_KQGzkjiKjDJIjH_bcsyekw', 'demo', 'pending', X'474EF99E5FB68A832132A2FFDB321A482B872921347588E7E307AA5F366A78DC', X'018D1A4CC4914EE9A30C82FF12A2229076B07707693D3F70F594B804137D21DEE58939C00357A48F575FD3C49241A32E743C85BE0996F0BD2236A5FFFD16E27BC9A829453C', X'018D1A4CC4A30DFCDE2E2535279DD17F32583D9DDE5329AE637B9277179C3D8EEC2F8A7C2C48BADBFE4B5A8516FA2743B8058C54ABAD05DA411269CE1675548926', X'018D1A4CC4B00A6E5993367C3F77ED3FF4CB8EFDFE0DBA4A681BC46203393CD96A941D8AF8A9B7A962C9283B9955521589AECC70846C53A9F881ABCA2CDE4BA85D', NULL, NULL, NULL, NULL, 0, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 0, 0, NULL);
INSERT INTO "links" VALUES ('link_JxcNbMT6CGd6tYr6Ic_gbQ', 'org_KQGzkjiKjDJIjH_bcsyekw', 'demo', 'failed', X'1275E58710A9819034279DD81D4492D14C15C25C2A2F8CBC638B41F12CC95693', X'018D1A4CC435C9CAD24036CD7663FB98B775CE4BCED6929811C4A9ACF036B568219310F9B819D60B040142C36F6A1253C639A793D36AC998EF03F8C34909A4351A03747DD1', X'018D1A4CC4DFE7F8C66C47A661F1E4221F23CF43621920726E2FC7A6D7BAB41A204C417BE92CBC187BD142F6D8CA1EE75964D76E9C5C4A42D126694F8B6D3E4364', X'018D1A4CC4FCC0A5CAC893FA029ABD032A8848A60EF40D895F429829AF1A9CEC757A3C5984A139CB83728F6BBEF52E3ACF5F8561996E6B7A59E3D0059FF9041A49', NULL, 'SITE_CHANGED', NULL, 'sess_5SvE7uBbeWNP4wiAuMD-Cg', 1, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 0, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, NULL, 1, 0, NULL);
INSERT INTO "links" VALUES ('link_3Nv8ePEUBYq6HbrCe7T6zA', 'org_KQGzkjiKjDJIjH_bcsyekw', 'demo', 'complete', X'28C7023CF2DD54A7A647CA4094B1B239E3F606456539FE9059A0FA9B2F9579D8', X'018D1A4CC45DC760C572D71A8C1504C9A22356CD1754F49235DF94791A2C4530D2774AB188B48A4159B08B2F0868D54ED5C8514B838804E2F12C45C362A8D009403ED3C63A', X'018D1A4CC403F2F6A6F578A4B3F45931FF717D5ED4708BFCDA4F3CACC1D32FEFF2F8DFBDB276CD22CEACE86CFBD6B1C41814B4A5A53ED81CA4D3802CFCDCC0BC3E', X'018D1A4CC459ABBE3ABF498C7A6095CCBCD73AC32037CA8BE21F2AE43F9DE9E868E1486FD12CF3623CD07151A265A2BC8FF65BE6D78FF325895DE4EBF0032835E8', X'364A864A4285DF220FF18CDE7CE7CDB79683129DBBC73DD4FA00CCEA7DBE5A89F8CCBBF15A52B186A2EB0B33EB67044F85', NULL, NULL, 'sess_WhYiRMYP9iSORs-uEWe-kw', 2, NULL, 'https://merchant.example/hooks', NULL, NULL, 0, 1, NULL, 0, NULL, 1800014400000, 1800000000000, 1800000000000, 1800000000000, 2, 0, NULL);
INSERT INTO "organization_changes" VALUES (1, 'org_KQGzkjiKjDJIjH_bcsyekw', '', 'API key', '', 'made key_3wkVMQVUyUnIvuQ3BMtWDA', 1800000000000);
INSERT INTO "organizations" VALUES ('org_KQGzkjiKjDJIjH_bcsyekw', 'Acme Shop', 'Acme Shop', 1800000000000, '', '', '[]', '[]', '');
INSERT INTO "prompts" VALUES ('prm_vhjOSirpm97C79-WXe2MMw', 'sess_5SvE7uBbeWNP4wiAuMD-Cg', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_UJYzmuCbvV95C1y6XfEcrQ', 'sess_jQUI5Mcc0f9v9QBcphD_QQ', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "prompts" VALUES ('prm_q5MQHjtOBPazKKKH-q9aWg', 'sess_WhYiRMYP9iSORs-uEWe-kw', 'credentials', '{"kind":"credentials"}', 'answered', 1800000000000, 1800000000000);
INSERT INTO "scripts" VALUES ('version', 'demo', '', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 2, 'queued', '{"prompt":"prm_vhjOSirpm97C79-WXe2MMw","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 4, 'failed', '{"code":"SITE_CHANGED","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 2, 'queued', '{"prompt":"prm_q5MQHjtOBPazKKKH-q9aWg","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 4, 'operation_started', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 5, 'operation_completed', '{"operation":0}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 6, 'operation_started', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 7, 'operation_completed', '{"operation":1}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 8, 'completed', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 1, 'claimed', '{"via":"page"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 2, 'queued', '{"prompt":"prm_UJYzmuCbvV95C1y6XfEcrQ","status":"answered"}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 3, 'started', '{}', 1800000000000);
INSERT INTO "session_events" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 4, 'failed', '{"code":"SITE_UNAVAILABLE","operation":null,"detail":"detail"}', 1800000000000);
INSERT INTO "session_operations" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_5SvE7uBbeWNP4wiAuMD-Cg', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 0, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "session_operations" VALUES ('sess_WhYiRMYP9iSORs-uEWe-kw', 1, 'complete', NULL, 1800000000000, NULL, 1800000000000, NULL);
INSERT INTO "session_operations" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 0, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "session_operations" VALUES ('sess_jQUI5Mcc0f9v9QBcphD_QQ', 1, 'pending', NULL, NULL, NULL, NULL, NULL);
INSERT INTO "sqlite_sequence" VALUES ('goose_db_version', 11);
INSERT INTO "sqlite_sequence" VALUES ('events', 3);
INSERT INTO "webhook_deliveries" VALUES ('dlv_pJG7EB8Xfb5N8AVu4u-RAA', 'evt_01a22b6b-97be-77c8-ad0d-8dcab439e5e2', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_arVCeDCExRsQEBh38XxkJQ', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_sREMdFo1OUUpkWbrgVgIkg', 'evt_01a22b6b-97c4-7e7e-97bd-b2c7ed0ded93', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_arVCeDCExRsQEBh38XxkJQ', 0);
INSERT INTO "webhook_deliveries" VALUES ('dlv_RlE7_n2ZLMryAYdgaRpZvw', 'evt_01a22b6b-97d1-7455-99d1-31a26c127eb5', 'https://merchant.example/hooks', 'pending', 0, 1800000000000, 0, 1800000000000, NULL, 'ep_arVCeDCExRsQEBh38XxkJQ', 0);
INSERT INTO "webhook_endpoints" VALUES ('ep_arVCeDCExRsQEBh38XxkJQ', 'org_KQGzkjiKjDJIjH_bcsyekw', 'merchant.example', 0, NULL, NULL);
INSERT INTO "webhook_secrets" VALUES ('whs_Jo-4XglrYpDlyir9-kdHkw', 'org_KQGzkjiKjDJIjH_bcsyekw', X'018D1A4CC4E0033937BE78FE97BA8DA64511C349C72F9B6D1F1EBC4EE541E77226E879B2F5D6C6E9D6BE7ACD9F780E3217394E3A334081F0EBA7AB40A123897F9174B6A60BACA3742D88634B7AEE4EF0CF49CA', 1800000000000, NULL);
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
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code) WHERE ended_at IS NOT NULL;
