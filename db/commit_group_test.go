package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// While one transaction is at work others come, of which one fails and one
// panics. They are committed together, and each has what is its own.
func TestTransact_CommitsAGroupWhoseMembersFailAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		w := &fixture{T: t, db: dbtest.OpenFolder(t, folder, time.Now)}
		w.org = dbtest.Organization(t, w.db, "Acme").ID
		var mu sync.Mutex
		together := map[string]int{}
		w.must(db.Trace(w.db, folder, func(statement string) {
			mu.Lock()
			defer mu.Unlock()
			together[statement]++
		}))
		release := make(chan struct{})
		waits := func(link db.Link) (db.Reply, error) { <-release; return renderReply(link) }
		fault := errors.New("a fault of the caller's")
		fails := func(db.Link) (db.Reply, error) { return db.Reply{}, fault }
		panics := func(db.Link) (db.Reply, error) { panic(fault) }

		replies := []func(db.Link) (db.Reply, error){waits, renderReply, fails, renderReply, panics, renderReply}
		outcomes := make([]string, len(replies))
		var writers sync.WaitGroup
		for n, reply := range replies {
			once := w.once(fmt.Sprint("key ", n), `{}`)
			once.Reply = reply
			writers.Go(func() {
				defer func() {
					if recover() != nil {
						outcomes[n] = "panicked"
					}
				}()
				_, _, err := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), once)
				switch outcomes[n] = "created"; {
				case errors.Is(err, fault):
					outcomes[n] = "failed"
				case err != nil:
					outcomes[n] = err.Error()
				}
			})
			synctest.Wait() // the first is at work, the others wait for it
		}
		close(release)
		writers.Wait()

		if got := fmt.Sprint(outcomes); got != "[created created failed created panicked created]" {
			t.Error(got)
		}
		links, _, err := w.db.Links(t.Context(), db.LinkFilter{OrganizationID: w.org, Limit: 100})
		w.must(err)
		if len(links) != 4 {
			t.Errorf("%d links, want 4", len(links))
		}
		if together[`SAVEPOINT pending`] == 0 || together[`ROLLBACK TO pending`] == 0 {
			t.Error("each had a transaction of its own")
		}
	})
}
