-- +goose Up

-- Lines of a script that found something on the page in the last session that
-- completed without a doubt. Where such a line finds nothing, a session is
-- suspect: the site may have changed so that it only looks empty.
CREATE TABLE reads (
    integration_version TEXT NOT NULL,
    line                INTEGER NOT NULL,
    seen_at             INTEGER NOT NULL,
    PRIMARY KEY (integration_version, line)
) STRICT, WITHOUT ROWID;

ALTER TABLE link_sessions ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0 CHECK (suspect IN (0, 1));

DROP INDEX sessions_by_end;
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code, suspect) WHERE ended_at IS NOT NULL;
