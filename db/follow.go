package db

import (
	"context"
	"errors"
	"time"
)

// ErrSeenAll is what a Look returns when nothing more will come.
var ErrSeenAll = errors.New("nothing more will change")

// Look reads what it is about and passes on what is new since it looked last.
// It returns after how long it wants to look again even if nothing changed: for
// what time alone changes, and for signs of life.
type Look func(ctx context.Context) (again time.Duration, err error)

// Follow looks at once, and then after each change of a link or its sessions,
// until look has seen all, which is no error, or the context ends, which is one.
// Changes that come while it looks are seen together by the next look. So one
// who is slow misses nothing, is owed no memory, and holds nobody up. What was
// changed before the context ended is still looked at.
func (db *DB) Follow(ctx context.Context, linkID string, look Look) error {
	rings, stop := db.Watch(linkID)
	defer stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for done := false; ; {
		again, err := look(context.WithoutCancel(ctx))
		switch {
		case errors.Is(err, ErrSeenAll):
			return nil
		case err != nil:
			return err
		case done:
			return context.Cause(ctx)
		}
		timer.Reset(again)
		select {
		case <-rings:
		case <-timer.C:
		case <-ctx.Done():
			select {
			case <-rings:
				done = true
			default:
				return context.Cause(ctx)
			}
		}
	}
}
