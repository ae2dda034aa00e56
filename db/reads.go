package db

import (
	"context"
	"fmt"

	"passage/automation/event"
	"passage/db/engine"
)

// JudgeReads compares what a session read with what the same lines of the same
// script found before. Where a line found nothing that found something in the
// last good session, the session is marked as suspect, and the missing reads are
// returned. Otherwise it is the last good session from now on.
func (db *DB) JudgeReads(ctx context.Context, lease Lease, version string, reads []event.Read) (missing []event.Read, err error) {
	if len(reads) == 0 {
		return nil, nil
	}
	err = db.transact(ctx, func(tx *tx) error {
		if missing, err = missingReads(tx, version, reads); err != nil {
			return err
		}
		if len(missing) == 0 {
			return keepReads(tx, version, reads)
		}
		if _, err := tx.record(lease, anyOpen, "", event.Suspected, event.Suspicion{Missing: missing}); err != nil {
			return err
		}
		return tx.execOne(`UPDATE link_sessions SET suspect = 1 WHERE id = $1`, lease.SessionID)
	})
	if err != nil {
		return nil, fmt.Errorf("judge reads: %w", err)
	}
	return missing, nil
}

func missingReads(tx *tx, version string, reads []event.Read) (missing []event.Read, err error) {
	lines, err := engine.Collect(tx.Context(), tx.reader(), func(r engine.Row) (line int, err error) { return line, r.Scan(&line) },
		`SELECT line FROM reads WHERE integration_version = $1`, version)
	if err != nil {
		return nil, err
	}
	before := make(map[int]bool, len(lines))
	for _, line := range lines {
		before[line] = true
	}
	for _, read := range reads {
		if read.Matches == 0 && before[read.Line] {
			missing = append(missing, read)
		}
	}
	return missing, nil
}

func keepReads(tx *tx, version string, reads []event.Read) error {
	for _, read := range reads {
		if read.Matches == 0 {
			continue
		}
		if err := tx.exec(`INSERT INTO reads (integration_version, line, seen_at) VALUES ($1, $2, $3)
			ON CONFLICT (integration_version, line) DO UPDATE SET seen_at = excluded.seen_at`, version, read.Line, tx.Now); err != nil {
			return err
		}
	}
	return tx.exec(`DELETE FROM reads WHERE seen_at <= $1`, tx.Now-matchesKept.Milliseconds())
}

// SuspectSessions returns how many sessions have ended as suspect since a time.
func (db *DB) SuspectSessions(ctx context.Context, since int64) (count int, err error) {
	err = db.reader().QueryRowContext(ctx, `SELECT count(*) FROM link_sessions WHERE ended_at > $1 AND suspect = 1`, since).Scan(&count)
	if err != nil {
		return 0, fmt.Errorf("count suspect sessions: %w", err)
	}
	return count, nil
}
