package db_test

import (
	"testing"
	"time"

	"passage/db"
)

func TestDestroyOld_DeletesWholeLinksLongAfterTheirEnd(t *testing.T) {
	w := newFixture(t)
	const year = 400 * 24 * time.Hour
	old, _ := w.linkAt(db.LinkComplete)
	w.linkAt(db.LinkExpired)
	expect(t, "operations before", w.count("session_operations") > 0, true)
	gone := w.events(old)[0].ID
	all := keep
	w.clock.Advance(year - time.Millisecond)
	all.Links = year
	w.must(w.db.DestroyOld(t.Context(), all))
	expect(t, "links before their time", w.count("links"), 2)
	w.clock.Advance(time.Minute)
	young, _ := w.linkAt(db.LinkComplete)
	pending := w.link()
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "links that are kept for ever", w.count("links"), 4)
	w.must(w.db.DestroyOld(t.Context(), all))
	expect(t, "links after their time", w.count("links"), 2)
	expect(t, "events after their time", w.count("events"), 1)
	rest, err := w.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: w.org, After: gone, Limit: 10})
	w.must(err)
	expect(t, "events after a deleted one", len(rest), 1)
	_, err = w.db.Link(t.Context(), w.org, old.ID)
	w.want(err, db.ErrNotFound)
	expect(t, "young link", w.reload(young).Status, db.LinkComplete)
	expect(t, "pending link", w.reload(pending).Status, db.LinkPending)
}

func TestDestroyOld_KeepsLinksAsTheirOrganizationSays(t *testing.T) {
	w := newFixture(t)
	w.linkAt(db.LinkComplete)
	w.clock.Advance(30 * 24 * time.Hour)
	all := keep
	all.Links = 20 * 24 * time.Hour
	for _, step := range []struct{ setting, links int64 }{{0, 1}, {(40 * 24 * time.Hour).Milliseconds(), 1}, {1000, 0}} {
		_, err := w.raw.ExecContext(t.Context(), `UPDATE organizations SET retain_links = $1`, step.setting)
		w.must(err)
		w.must(w.db.DestroyOld(t.Context(), all))
		expect(t, "links", w.count("links"), int(step.links))
	}
}
