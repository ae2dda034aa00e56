package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestLatestEnds_HasTheLastAttemptOfEachLink(t *testing.T) {
	w := newFixture(t)
	fail := func(link db.Link, version, code string) int64 {
		w.clock.Advance(time.Second)
		claim := dbtest.NewClaim(link.ClaimCode, node)
		claim.Script.Hash = version
		claimed, err := w.db.ClaimLink(w.Context(), claim)
		w.must(err)
		w.must(w.db.FailSession(w.Context(), claimed.Session.Lease(), db.Failure{Code: code}))
		return w.clock.Now().UnixMilli()
	}
	old := fail(w.link(), "v1", "OLD")
	again := w.link()
	fail(again, "v1", "FIRST")
	fail(w.link(), "v2", "ANOTHER_SCRIPT")
	second := fail(again, "v1", "SECOND")
	w.claim(w.link()) // goes on
	third := fail(w.link(), "v1", "THIRD")

	for _, row := range []struct {
		since int64
		limit int
		want  []db.End
	}{
		{old - 1, 10, []db.End{{Code: "THIRD", At: third}, {Code: "SECOND", At: second}, {Code: "OLD", At: old}}},
		{old, 10, []db.End{{Code: "THIRD", At: third}, {Code: "SECOND", At: second}}},
		{old - 1, 1, []db.End{{Code: "THIRD", At: third}}},
	} {
		got, err := w.db.LatestEnds(w.Context(), "v1", row.since, row.limit)
		w.must(err)
		if !slices.Equal(got, row.want) {
			t.Errorf("since %d, %d at most: %v, want %v", row.since, row.limit, got, row.want)
		}
	}
}
