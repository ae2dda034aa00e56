-- +goose Up

-- Of the session that succeeded, where its link requires the person's return.
ALTER TABLE links ADD COLUMN return_code_hash BLOB;
