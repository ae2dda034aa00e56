-- +goose Up

CREATE INDEX artifacts_by_time ON artifacts (created_at);
CREATE INDEX events_by_link ON events (link_id);
CREATE INDEX links_with_arguments ON links (expires_at) WHERE arguments_key IS NOT NULL AND status = 'complete';
