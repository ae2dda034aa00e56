-- +goose Up

-- The code with which a session ended whose error is OPERATION_UNKNOWN because a
-- change had been submitted: it says who has to act so that it does not happen again.
ALTER TABLE link_sessions ADD COLUMN error_cause TEXT;

DROP INDEX sessions_by_end;
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code, error_cause, suspect) WHERE ended_at IS NOT NULL;
