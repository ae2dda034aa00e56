-- +goose Up

-- How the latest sessions of a script ended: the health of its service.
CREATE INDEX sessions_by_end ON link_sessions (integration_version, ended_at DESC, link_id, error_code) WHERE ended_at IS NOT NULL;
