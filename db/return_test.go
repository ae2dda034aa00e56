package db_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func requiringReturn(draft *db.NewLink) {
	draft.ReturnURL, draft.RequireReturn = "https://shop.example/done?cart=7#top", true
}

// returned is a link whose session has succeeded and whose person is on the way
// back, with the code that they carry.
func (w *fixture) returned(changes ...func(*db.NewLink)) (link db.Link, code string) {
	w.Helper()
	link = w.link(append([]func(*db.NewLink){requiringReturn}, changes...)...)
	dbtest.Finish(w.T, w.db, w.run(link), `{"paymentMethods":[]}`)
	return link, w.returnCode(w.reload(link))
}

// returnCode is what the browser that holds the link's session takes along.
func (w *fixture) returnCode(link db.Link) string {
	w.Helper()
	session := w.session(link.CurrentSessionID)
	way, err := w.db.ReturnAddress(w.Context(), &link, &session)
	w.must(err)
	_, code, found := strings.Cut(way, "returnCode=")
	if !found {
		w.Fatalf("the way back has no code: %s", strings.Split(way, "?")[0])
	}
	code, _, _ = strings.Cut(code, "#")
	return code
}

// awaitsReturn is what the row itself says, without the clock.
func (w *fixture) awaitsReturn(link db.Link) (awaits bool) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT status = 'active' AND return_code_hash IS NOT NULL FROM links WHERE id = $1`,
		link.ID).Scan(&awaits))
	return awaits
}

func TestRedeem_ReleasesTheResult(t *testing.T) {
	w := newFixture(t)
	link, code := w.returned()
	now := w.reload(link)
	expect(t, "status", now.Status, db.LinkActive)
	expect(t, "awaits the return", now.AwaitsReturn(), true)
	expect(t, "completed", now.CompletedAt != nil, false)
	expect(t, "session", w.session(now.CurrentSessionID).Status, db.SessionComplete)
	w.expectResult(now, "")
	expect(t, "events", len(w.events(link)), 0)
	deliveries, err := w.db.DeliveriesOf(t.Context(), link.ID)
	w.must(err)
	expect(t, "deliveries", len(deliveries), 0)
	expect(t, "sealed arguments left", len(w.sealedArguments(link)), 0)

	w.clock.Advance(time.Minute)
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, code))
	now = w.reload(link)
	expect(t, "status", now.Status, db.LinkComplete)
	expect(t, "awaits the return", now.AwaitsReturn(), false)
	expect(t, "completed at", *now.CompletedAt, w.db.Now())
	w.expectResult(now, `{"paymentMethods":[]}`)
	w.checkEvents(trigger{event: "link.complete", withSession: true, final: true}, now, w.events(link))

	w.clock.Advance(5 * time.Hour) // the first reply was lost
	w.changesNothing(nil, func() error { return w.db.Redeem(t.Context(), w.org, link.ID, code) })
	_, err = w.db.ExpireLinks(t.Context())
	w.must(err)
	expect(t, "status after its time", w.reload(link).Status, db.LinkComplete)
}

func (w *fixture) expectResult(link db.Link, want string) {
	w.Helper()
	result, err := w.db.Result(&link)
	w.must(err)
	expect(w.T, "result", string(result), want)
}

func TestRedeem_RefusesWrongCodesAndStates(t *testing.T) {
	w := newFixture(t)
	link, code := w.returned()
	_, foreign := w.returned()
	redeem := func(organizationID string, link db.Link, code string) func() error {
		return func() error { return w.db.Redeem(t.Context(), organizationID, link.ID, code) }
	}
	for _, wrong := range []string{"", "rtn_wrong", foreign, code[:len(code)-1], strings.ToUpper(code)} {
		w.changesNothing(db.ErrWrongReturnCode, redeem(w.org, link, wrong))
	}
	w.changesNothing(db.ErrNotFound, redeem("org_other", link, code))
	w.changesNothing(db.ErrNotFound, redeem(w.org, db.Link{ID: "link_none"}, code))
	w.must(redeem(w.org, link, code)())
	w.changesNothing(db.ErrWrongReturnCode, redeem(w.org, link, foreign))

	for _, status := range []db.LinkStatus{db.LinkPending, db.LinkActive, db.LinkFailed} {
		at, _ := w.linkAt(status, requiringReturn)
		w.changesNothing(db.ErrNothingToRedeem, redeem(w.org, at, code))
	}
	freely, _ := w.linkAt(db.LinkComplete)
	w.changesNothing(db.ErrNothingToRedeem, redeem(w.org, freely, code))
}

func TestUnredeemedLink_EndsOnceAndLeavesNothing(t *testing.T) {
	for name, end := range map[string]struct {
		code string
		pull func(*fixture, db.Link) error
	}{
		"its time is over": {"LINK_EXPIRED", func(w *fixture, link db.Link) error {
			w.clock.Advance(time.Duration(link.ExpiresAt-w.db.Now()) * time.Millisecond)
			expired, err := w.db.ExpireLinks(w.Context()) // at once: no runner is at work
			expect(w.T, "expired", expired, 1)
			return err
		}},
		"the merchant cancels": {"LINK_CANCELLED", func(w *fixture, link db.Link) error {
			return w.db.CancelLink(w.Context(), w.org, link.ID)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newFixture(t)
			link := w.link(requiringReturn)
			lease := w.run(link)
			w.must(w.db.SaveScreenshot(t.Context(), lease, "image/png", []byte("picture")))
			dbtest.Finish(t, w.db, lease, `{}`)
			returnCode := w.returnCode(w.reload(link))
			w.must(end.pull(w, link))

			now := w.reload(link)
			expect(t, "status", now.Status, db.LinkExpired)
			expect(t, "error", code(now.Error), end.code)
			expect(t, "session", w.session(lease.SessionID).Status, db.SessionComplete)
			w.checkEvents(trigger{event: "link.expired", linkCode: end.code, withSession: true, final: true}, now, w.events(link))
			for _, operation := range w.events(link)[0].Operations {
				expect(t, "operation", operation.Status, db.OperationComplete)
			}
			expect(t, "data key", len(w.wrapped(link, "data_key")), 0)
			var left int
			w.must(w.raw.QueryRowContext(t.Context(), `SELECT (SELECT COUNT(*) FROM artifacts) +
				(SELECT COUNT(*) FROM links WHERE result IS NOT NULL OR return_code_hash IS NOT NULL)`).Scan(&left))
			expect(t, "rows with data", left, 0)

			w.changesNothing(db.ErrExpired, func() error { return w.db.Redeem(t.Context(), w.org, link.ID, returnCode) })
			again, err := w.db.ExpireLinks(t.Context())
			w.must(err)
			expect(t, "expired again", again, 0)
		})
	}
}

func TestRedeem_IsRefusedFromTheMillisecondOfExpiry(t *testing.T) {
	w := newFixture(t)
	link, code := w.returned(lasting(time.Minute))
	other, otherCode := w.returned(lasting(time.Minute))
	w.clock.Advance(time.Minute - time.Millisecond)
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, code))
	w.clock.Advance(time.Millisecond)
	w.changesNothing(db.ErrExpired, func() error { return w.db.Redeem(t.Context(), w.org, other.ID, otherCode) })
	expect(t, "status before the sweep", w.reload(other).Status, db.LinkExpired)
	w.expectResult(w.reload(other), "")
}

func TestUnredeemedLink_IsNeitherClaimedNorSwept(t *testing.T) {
	w := newFixture(t)
	link, code := w.returned(reusable)
	w.changesNothing(db.ErrActive, func() error {
		_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
		return err
	})
	w.changesNothing(db.ErrActive, func() error { return w.db.DestroyData(t.Context(), w.org, link.ID) })
	w.clock.Advance(db.LeaseDuration)
	_, lost := w.db.FailLost(t.Context())
	_, orphans := w.db.FailOrphans(t.Context(), "boot_next")
	w.must(errors.Join(lost, orphans))
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, code))

	second := w.run(w.reload(link)) // a reusable link needs a return for each session
	w.changesNothing(db.ErrNothingToRedeem, func() error { return w.db.Redeem(t.Context(), w.org, link.ID, code) })
	dbtest.Finish(t, w.db, second, `{"second":true}`)
	w.changesNothing(db.ErrWrongReturnCode, func() error { return w.db.Redeem(t.Context(), w.org, link.ID, code) })
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, w.returnCode(w.reload(link))))
	w.expectResult(w.reload(link), `{"second":true}`)
	expect(t, "events", len(w.events(link)), 2)
}

func TestUnredeemedLink_LosesItsResultByRetention(t *testing.T) {
	w := newFixture(t)
	link, code := w.returned(lasting(60 * 24 * time.Hour))
	w.clock.Advance(31 * 24 * time.Hour)
	w.must(w.db.DestroyOld(t.Context(), db.Retention{Results: 30 * 24 * time.Hour}))
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, code))
	w.expectResult(w.reload(link), "")
}

func TestReturnAddress_HasACodeForTheAwaitedSessionOnly(t *testing.T) {
	w := newFixture(t)
	link := w.link(requiringReturn)
	lease := w.run(link)
	plain := "https://shop.example/done?cart=7&linkId=" + link.ID + "#top"
	expect(t, "at work", w.wayBack(link, lease.SessionID), plain)
	w.must(w.db.FailSession(t.Context(), lease, failure("SITE_CHANGED")))
	second := w.run(link)
	dbtest.Finish(t, w.db, second, `{}`)
	code := w.returnCode(w.reload(link))
	want := "https://shop.example/done?cart=7&linkId=" + link.ID + "&returnCode=" + code + "#top"
	expect(t, "awaited", w.wayBack(link, second.SessionID), want)
	expect(t, "shown again", w.wayBack(link, second.SessionID), want)
	expect(t, "the failed session", w.wayBack(link, lease.SessionID), plain)
	w.absent(map[string]string{"return code": code})
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, code))
	expect(t, "redeemed", w.wayBack(link, second.SessionID), plain)

	nowhere := w.link()
	expect(t, "no return URL", w.wayBack(nowhere, w.run(nowhere).SessionID), "")
}

func (w *fixture) wayBack(link db.Link, sessionID string) string {
	w.Helper()
	now, session := w.reload(link), w.session(sessionID)
	way, err := w.db.ReturnAddress(w.Context(), &now, &session)
	w.must(err)
	return way
}

func TestUnredeemedLink_HasAnEncryptedResult(t *testing.T) {
	w := newFixture(t)
	const canary = `{"canary":"9f31c27e"}`
	link := w.link(requiringReturn)
	dbtest.Finish(t, w.db, w.run(link), canary)
	w.absent(map[string]string{"result": "9f31c27e"})
	w.must(w.db.Redeem(t.Context(), w.org, link.ID, w.returnCode(w.reload(link))))
	w.expectResult(w.reload(link), canary)
}
