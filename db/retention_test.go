package db_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// wrapped reads the wrapped key of a link's column; nil once it is destroyed.
func (w *fixture) wrapped(link db.Link, column string) (key []byte) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT `+column+` FROM links WHERE id = $1`, link.ID).Scan(&key))
	return key
}

func TestArguments_AreDestroyedOnceNoSessionNeedsThem(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *fixture, link db.Link){
		"complete": func(w *fixture, link db.Link) { dbtest.Finish(w.T, w.db, w.run(link), `{}`) },
		"expired": func(w *fixture, _ db.Link) {
			w.clock.Advance(time.Hour)
			_, err := w.db.ExpireLinks(w.Context())
			w.must(err)
		},
		"expired while active": func(w *fixture, link db.Link) {
			lease := w.run(link)
			w.pastTime(link)
			w.must(w.db.FailSession(w.Context(), lease, failure("LINK_EXPIRED")))
		},
		"cancelled": func(w *fixture, link db.Link) { w.must(w.db.CancelLink(w.Context(), w.org, link.ID)) },
		"cancelled while active": func(w *fixture, link db.Link) {
			w.claim(link)
			w.must(w.db.CancelLink(w.Context(), w.org, link.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			link := w.link(lasting(time.Minute), func(draft *db.NewLink) { // more than fits a page
				draft.Operations[1].Arguments = []byte(`{"nameOnCard":"` + strings.Repeat("x", 20_000) + `"}`)
			})
			key, sealed := w.wrapped(link, "arguments_key"), w.sealedArguments(link)
			w.checkpoint()
			end(w, link)
			now := w.reload(link)
			_, err := w.db.Arguments(&now)
			w.want(err, db.ErrNotFound)
			expect(t, "sealed arguments left", len(w.sealedArguments(link)), 0)
			w.checkpoint()
			for _, part := range [][]byte{key, sealed[10_000:10_100]} {
				if bytes.Contains(w.files()["passage.db"], part) {
					t.Error("what was destroyed lies in a free part of the file")
				}
			}
		})
	}
}

func (w *fixture) sealedArguments(link db.Link) (sealed []byte) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT arguments FROM link_operations WHERE link_id = $1 AND position = 1`,
		link.ID).Scan(&sealed))
	return sealed
}

func TestArguments_OfAFailedLinkStayForTheNextAttempt(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkFailed)
	now := w.reload(link)
	_, err := w.db.Arguments(&now)
	w.must(err)
}

func TestArguments_OfAReusableLinkStayUntilItExpires(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkComplete, reusable, lasting(time.Hour))
	for _, step := range []struct {
		after time.Duration
		want  error
	}{{time.Hour - time.Millisecond, nil}, {time.Millisecond, db.ErrNotFound}} {
		w.clock.Advance(step.after)
		w.must(w.db.DestroyOld(t.Context(), keep))
		now := w.reload(link)
		_, err := w.db.Arguments(&now)
		w.want(err, step.want)
	}
}

// keep is longer than an hour, which is how long the links of these tests live.
var keep = db.Retention{Results: 30 * 24 * time.Hour, Recordings: 14 * 24 * time.Hour}

func (w *fixture) resultOf(link db.Link) string {
	w.Helper()
	now := w.reload(link)
	stored, err := w.db.Result(&now)
	w.must(err)
	return string(stored)
}

func TestDestroyOld_FollowsTheRetention(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	w.must(w.db.SaveScreenshot(t.Context(), lease, "image/png", []byte("picture")))
	dbtest.Finish(t, w.db, lease, `{"a":1}`)
	pictures, err := w.db.Artifacts(t.Context(), lease.SessionID)
	w.must(err)
	_, content, err := w.db.ArtifactContent(t.Context(), pictures[0].ID)
	w.must(err)
	expect(t, "picture", string(content), "picture")

	w.clock.Advance(keep.Recordings - time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "pictures before their time", w.count("artifacts"), 1)
	w.clock.Advance(time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "pictures after their time", w.count("artifacts"), 0)
	_, _, err = w.db.ArtifactContent(t.Context(), pictures[0].ID)
	w.want(err, db.ErrNotFound)

	w.clock.Advance(keep.Results - keep.Recordings - time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "result before its time", w.resultOf(link), `{"a":1}`)
	w.clock.Advance(time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "result after its time", w.resultOf(link), "")
	if w.wrapped(link, "data_key") != nil {
		t.Error("the key outlives the data")
	}
	expect(t, "status after its data", w.reload(link).Status, db.LinkComplete)
	expect(t, "sessions after their data", len(w.operations(lease.SessionID)), 2)
}

func TestDestroyOld_DoesNotWaitForACompleteLinkToExpire(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkComplete, lasting(60*24*time.Hour))
	w.clock.Advance(keep.Results)
	w.must(w.db.DestroyOld(t.Context(), keep))
	if w.resultOf(link) != "" || w.wrapped(link, "data_key") != nil {
		t.Error("the result outlives its retention because the link's lifetime is longer")
	}
}

func TestDestroyOld_KeepsAReusableLinkClaimable(t *testing.T) {
	w := newFixture(t)
	link, _ := w.linkAt(db.LinkComplete, reusable, lasting(60*24*time.Hour))
	w.clock.Advance(keep.Results)
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "old result", w.resultOf(link), "")
	dbtest.Finish(t, w.db, w.run(link), `{"new":true}`)
	expect(t, "new result", w.resultOf(link), `{"new":true}`)
}

func TestDestroyOld_SparesLinksThatCanStillBeClaimed(t *testing.T) {
	w := newFixture(t)
	month := lasting(60 * 24 * time.Hour)
	pending, _ := w.linkAt(db.LinkPending, month)
	failed, _ := w.linkAt(db.LinkFailed, month)
	active, lease := w.linkAt(db.LinkActive, month)
	w.must(w.db.DestroyOld(t.Context(), db.Retention{}))
	for _, link := range []db.Link{pending, failed} {
		dbtest.Finish(t, w.db, w.run(link), `{}`)
	}
	w.must(w.db.CompleteSession(t.Context(), lease, result()))
	expect(t, "result of the active link", w.resultOf(active), string(result()))
}

func TestSaveScreenshot_RefusesALargePicture(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	if w.db.SaveScreenshot(t.Context(), lease, "image/png", make([]byte, db.MaxArtifactBytes+1)) == nil {
		t.Error("it was kept")
	}
	w.must(w.db.SaveScreenshot(t.Context(), lease, "image/png", make([]byte, db.MaxArtifactBytes)))
	expect(t, "pictures", w.count("artifacts"), 1)
}

func TestDestroyOld_LetsOtherWritersInBetween(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	old := w.db.Now() - db.LongestLockout.Milliseconds()
	for range 250 {
		_, err := w.raw.ExecContext(t.Context(), `INSERT INTO log_ins (session_id, integration_id, username_mac, status, at)
			VALUES ($1, 'demo', x'00', 'refused', $2)`, lease.SessionID, old)
		w.must(err)
	}
	versions := map[int]bool{}
	w.must(db.Trace(w.db, w.folder, func(statement string) {
		if strings.HasPrefix(statement, "DELETE FROM log_ins") {
			versions[w.version()] = true
		}
	}))
	w.must(w.db.DestroyOld(t.Context(), keep))
	expect(t, "rows left", w.count("log_ins"), 0)
	if len(versions) < 2 {
		t.Error("nothing was committed between the batches")
	}
}
