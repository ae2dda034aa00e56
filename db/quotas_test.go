package db_test

import (
	"errors"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func (w *fixture) wantExceeded(err error, of string) {
	w.Helper()
	if exceeded, ok := errors.AsType[*db.QuotaExceeded](err); !ok || exceeded.Of != of || exceeded.Wait <= 0 || exceeded.Wait > 24*time.Hour {
		w.Errorf("error %v, want that the quota of %s is used up", err, of)
	}
}

func TestQuota_LimitsTheLinksOfADay(t *testing.T) {
	w := newFixture(t)
	create := func(organization string, once *db.Idempotency) error {
		_, _, err := w.db.CreateLink(w.Context(), dbtest.NewLink(organization), once)
		return err
	}
	w.must(create(w.org, nil)) // from before there was a quota
	w.must(w.db.SetQuota(w.Context(), w.org, db.Quota{LinksPerDay: 2}, "ada"))
	once, err := w.db.Idempotent(w.Context(), db.Idempotency{Key: "k", Body: []byte("{}"),
		Reply: func(db.Link) (db.Reply, error) { return db.Reply{Status: 201, Body: []byte("{}")}, nil }})
	w.must(err)
	w.must(create(w.org, once))
	w.must(create(w.org, nil))
	for range 2 {
		w.wantExceeded(create(w.org, nil), "links a day")
	}
	w.must(create(w.org, once)) // a reply that is given again costs nothing
	w.must(create(dbtest.Organization(t, w.db, "another").ID, nil))

	w.clock.Advance(24 * time.Hour)
	w.must(create(w.org, nil))
	w.must(create(w.org, nil))
	w.wantExceeded(create(w.org, nil), "links a day")
	w.must(w.db.SetQuota(w.Context(), w.org, db.Quota{}, "ada"))
	w.must(create(w.org, nil))
}

func TestQuota_LimitsTheSessionsAtOnce(t *testing.T) {
	w := newFixture(t)
	w.must(w.db.SetQuota(w.Context(), w.org, db.Quota{SessionsAtOnce: 1}, "ada"))
	claim := func(link db.Link) (db.Claimed, error) {
		return w.db.ClaimLink(w.Context(), dbtest.NewClaim(link.ClaimCode, "boot"))
	}
	first, second := dbtest.Link(t, w.db, dbtest.NewLink(w.org)), dbtest.Link(t, w.db, dbtest.NewLink(w.org))
	_, err := claim(dbtest.Link(t, w.db, dbtest.NewLink(dbtest.Organization(t, w.db, "another").ID)))
	w.must(err)
	claimed, err := claim(first)
	w.must(err)
	_, err = claim(second)
	w.wantExceeded(err, "sessions at once")
	now := w.reload(second)
	expect(t, "the link that was refused", now.Status, db.LinkPending)
	expect(t, "its attempts", now.Attempts, 0)
	dbtest.Finish(t, w.db, dbtest.Run(t, w.db, claimed), `{}`)
	_, err = claim(second)
	w.must(err)
}
