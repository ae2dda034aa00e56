package db

import (
	"context"
	"fmt"

	"passage/db/engine"
)

// End is how the latest session of a link ended.
type End struct {
	Code    string // empty: it is complete
	At      int64
	Cause   string // see Failure
	Suspect bool   // it found nothing where others found something; see JudgeReads
}

// LatestEnds returns the latest ends of sessions with a version of a script
// since a time, the newest first and at most so many. Of a link that was tried
// again and again only the last try counts.
func (db *DB) LatestEnds(ctx context.Context, version string, since int64, limit int) ([]End, error) {
	type ended struct {
		End
		link string
	}
	all, err := engine.Collect(ctx, db.read, func(r engine.Row) (e ended, err error) {
		return e, r.Scan(&e.link, &e.Code, &e.Cause, &e.At, &e.Suspect)
	}, `SELECT link_id, COALESCE(error_code, ''), COALESCE(error_cause, ''), ended_at, suspect FROM link_sessions
		WHERE integration_version = $1 AND ended_at > $2 ORDER BY ended_at DESC LIMIT $3`, version, since, limit)
	if err != nil {
		return nil, fmt.Errorf("read how sessions ended: %w", err)
	}
	var latest []End
	seen := map[string]bool{}
	for _, e := range all {
		if !seen[e.link] {
			seen[e.link], latest = true, append(latest, e.End)
		}
	}
	return latest, nil
}
