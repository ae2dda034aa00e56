package automation

import (
	"context"
	"log/slog"
	"time"

	"passage/db"
)

// DefaultRetention returns how long results and recordings are kept unless the
// server is told otherwise.
func DefaultRetention() db.Retention {
	return db.Retention{Results: 30 * 24 * time.Hour, Recordings: 14 * 24 * time.Hour}
}

// retainEvery is how often old data is destroyed.
const retainEvery = time.Hour

// Retention destroys results and recordings that were kept long enough. It has a
// loop of its own because a purge may take long, and leases must be renewed
// meanwhile.
type Retention struct {
	DB     *db.DB
	Keep   db.Retention
	Logger *slog.Logger
}

// Run destroys old data every hour until the context ends.
func (r *Retention) Run(ctx context.Context) error {
	tick := time.NewTicker(retainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := r.DB.DestroyOld(ctx, r.Keep); err != nil && ctx.Err() == nil {
				r.Logger.Error("old data could not be destroyed", "error", err)
			}
		}
	}
}
