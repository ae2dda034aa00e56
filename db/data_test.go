package db_test

import (
	"bytes"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestDestroyData_KeepsTheStates(t *testing.T) {
	t.Parallel()
	for _, status := range []db.LinkStatus{db.LinkPending, db.LinkFailed, db.LinkComplete, db.LinkExpired} {
		t.Run(string(status), func(t *testing.T) {
			w := newFixture(t)
			link, _ := w.linkAt(status)
			events := len(w.events(link))
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
			now := w.reload(link)
			expect(t, "status", now.Status, status)
			_, err := w.db.Arguments(&now)
			w.want(err, db.ErrNotFound)
			found, err := w.db.Result(&now)
			w.must(err)
			expect(t, "result", string(found), "")
			expect(t, "sealed arguments left", len(w.sealedArguments(link)), 0)
			for _, column := range []string{"arguments_key", "data_key"} {
				expect(t, column, len(w.wrapped(link, column)), 0)
			}
			expect(t, "events", len(w.events(link)), events)
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID)) // once more changes nothing
		})
	}
}

func TestDestroyData_RefusesAnActiveLink(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkActive)
	w.changesNothing(db.ErrActive, func() error { return w.db.DestroyData(w.Context(), w.org, link.ID) })
	w.changesNothing(db.ErrNotFound, func() error { return w.db.DestroyData(w.Context(), "org_other", link.ID) })
}

func TestClaimLink_RefusesALinkWithoutData(t *testing.T) {
	t.Parallel()
	for name, link := range map[string]func(*fixture) db.Link{
		"pending": func(w *fixture) db.Link { link, _ := w.linkAt(db.LinkPending); return link },
		"failed":  func(w *fixture) db.Link { link, _ := w.linkAt(db.LinkFailed); return link },
		"reusable": func(w *fixture) db.Link {
			link, _ := w.linkAt(db.LinkComplete, reusable, lasting(time.Hour))
			return link
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			link := link(w)
			before := w.reload(link)
			expect(t, "claimable before", before.Claimable(), true)
			w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
			after := w.reload(link)
			expect(t, "claimable after", after.Claimable(), false)
			want := db.ErrExpired
			if link.Reusable {
				want = db.ErrComplete
			}
			w.changesNothing(want, func() error {
				_, err := w.db.ClaimLink(w.Context(), dbtest.NewClaim(link.ClaimCode, "boot"))
				return err
			})
		})
	}
}

func TestReplay_RefusesADestroyedReply(t *testing.T) {
	w := newFixture(t)
	once, err := w.db.Idempotent(w.Context(), db.Idempotency{Key: "k", Body: []byte("{}"),
		Reply: func(db.Link) (db.Reply, error) { return db.Reply{Status: 201, Body: []byte("secret")}, nil }})
	w.must(err)
	link, _, err := w.db.CreateLink(w.Context(), dbtest.NewLink(w.org), once)
	w.must(err)
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	_, err = w.db.Replay(w.Context(), w.org, once)
	w.want(err, db.ErrDestroyed)
	w.changesNothing(db.ErrDestroyed, func() error {
		_, _, err := w.db.CreateLink(w.Context(), dbtest.NewLink(w.org), once)
		return err
	})
}

func TestDestroyData_LeavesNothingInAnyFileWithinSeconds(t *testing.T) {
	t.Parallel()
	w := &fixture{T: t, clock: dbtest.NewClock(), folder: t.TempDir()}
	live, err := db.Open(t.Context(), db.Options{Folder: w.folder, Now: w.clock.Now}) // as the server does
	w.must(err)
	t.Cleanup(func() { w.must(live.Close()) })
	w.db, w.raw = live, dbtest.Raw(t, w.folder)
	w.org = dbtest.Organization(t, w.db, "shop").ID
	link, _ := w.linkAt(db.LinkComplete, reusable, lasting(time.Hour)) // has its arguments still
	destroyed := map[string][]byte{
		"arguments":     w.sealedArguments(link),
		"arguments key": w.wrapped(link, "arguments_key"),
		"data key":      w.wrapped(link, "data_key"),
	}
	found := func() (what string) {
		for name, content := range w.files() {
			for value, sealed := range destroyed {
				if len(sealed) == 0 || bytes.Contains(content, sealed) {
					what += value + " in " + name + "; "
				}
			}
		}
		return what
	}
	if found() == "" {
		t.Fatal("the search finds nothing even before")
	}
	reader, err := w.raw.BeginTx(w.Context(), nil)
	w.must(err)
	var links int
	w.must(reader.QueryRowContext(w.Context(), `SELECT COUNT(*) FROM links`).Scan(&links)) // reads the log until it ends
	w.must(w.db.DestroyData(w.Context(), w.org, link.ID))
	time.AfterFunc(2*time.Second, func() { _ = reader.Rollback() }) // a reader that is slow, such as a backup
	w.within(5*time.Second, found)
}

// within waits until a search finds nothing.
func (w *fixture) within(limit time.Duration, search func() string) {
	w.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	late := time.After(limit)
	for {
		select {
		case <-again.C:
			if search() == "" {
				return
			}
		case <-late:
			w.Fatalf("after %s: %s", limit, search())
		}
	}
}
