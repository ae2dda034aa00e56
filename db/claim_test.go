package db_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestClaimLink_HasOneWinnerOfFifty(t *testing.T) {
	w := newFixture(t)
	other := dbtest.OpenFolder(t, w.folder, w.clock.Now) // as another process would
	link := w.link()
	var won, active atomic.Int32
	var claims sync.WaitGroup
	start := make(chan struct{})
	for n := range 50 {
		conn := w.db
		if n%2 == 1 {
			conn = other
		}
		claims.Go(func() {
			<-start
			_, err := conn.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, db.ErrActive):
				active.Add(1)
			default:
				t.Errorf("a claim ended otherwise: %v", err)
			}
		})
	}
	close(start)
	claims.Wait()
	expect(t, "winners", won.Load(), 1)
	expect(t, "refused", active.Load(), 49)
	sessions, err := w.db.SessionsOf(t.Context(), link.ID)
	w.must(err)
	expect(t, "sessions", len(sessions), 1)
}

func TestClaimLink_CreatesASessionWithPromptAndOperations(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	claim := dbtest.NewClaim(link.ClaimCode, node)
	claim.Consent = db.Consent{Via: "page", TextVersion: "2", Language: "es", At: 5}
	claimed, err := w.db.ClaimLink(t.Context(), claim)
	w.must(err)

	session, found, err := w.db.SessionByToken(t.Context(), claimed.Session.ID, claimed.ClientToken)
	w.must(err)
	expect(t, "link", found.ID, link.ID)
	expect(t, "status", session.Status, db.SessionCreated)
	expect(t, "consent", session.Consent, db.Consent{Via: "page", TextVersion: "2", Language: "es", At: w.db.Now()})
	expect(t, "version", session.Version, dbtest.Version)
	expect(t, "held by its browser", session.HeldBy(dbtest.Visitor), true)
	expect(t, "held by another", session.HeldBy("another"), false)
	expect(t, "held by nobody", session.HeldBy(""), false)
	prompt, err := w.db.CurrentPrompt(t.Context(), session.ID)
	w.must(err)
	expect(t, "prompt", prompt.ID, claimed.PromptID)
	expect(t, "operations", len(w.operations(session.ID)), 2)
	_, _, err = w.db.SessionByToken(t.Context(), claimed.Session.ID, "ct_other")
	w.want(err, db.ErrNotFound)
}

func TestClaimLink_StoresTheScriptOfTheWinnerOnce(t *testing.T) {
	w := newFixture(t)
	first, second := w.link(), w.link()
	claim := func(link db.Link, script db.Script) error {
		claim := dbtest.NewClaim(link.ClaimCode, node)
		claim.Script = script
		_, err := w.db.ClaimLink(t.Context(), claim)
		return err
	}
	w.must(claim(first, db.Script{Hash: "won", IntegrationID: "demo", Source: "first"}))
	w.changesNothing(db.ErrActive, func() error { return claim(first, db.Script{Hash: "lost"}) })
	w.must(claim(second, db.Script{Hash: "won", IntegrationID: "demo", Source: "second"}))

	stored, err := w.db.Script(t.Context(), "won")
	w.must(err)
	expect(t, "source", stored.Source, "first")
	_, err = w.db.Script(t.Context(), "lost")
	w.want(err, db.ErrNotFound)
}

func TestClaimLink_ReadsTheLinkOnce(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	for _, want := range []error{nil, db.ErrActive} {
		reads := 0
		w.must(db.Trace(w.db, w.folder, func(statement string) {
			if strings.Contains(statement, "FROM links l WHERE") {
				reads++
			}
		}))
		_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
		w.want(err, want)
		expect(t, "reads", reads, 1)
	}
}

func TestClaimLink_RefusesAnUnknownCode(t *testing.T) {
	w := newFixture(t)
	w.link()
	for _, code := range []string{"", "clm_unknown"} {
		w.changesNothing(db.ErrNotFound, func() error {
			_, err := w.db.ClaimLink(t.Context(), dbtest.NewClaim(code, node))
			return err
		})
	}
}

func TestClaimLink_MakesANewAttemptAfterAFailure(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	for attempt := 1; attempt <= 3; attempt++ {
		claimed := w.claim(link)
		expect(t, "attempt", claimed.Session.Attempt, attempt)
		expect(t, "epoch", claimed.Session.Epoch, attempt)
		if claimed.Link.Error != nil || claimed.Link.Status != db.LinkActive {
			t.Errorf("a claimed link shows its old end: %+v", claimed.Link)
		}
		w.must(w.db.FailSession(t.Context(), claimed.Session.Lease(), failure("SITE_CHANGED")))
	}
	sessions, err := w.db.SessionsOf(t.Context(), link.ID)
	w.must(err)
	expect(t, "sessions kept", len(sessions), 3)
}

func TestClaimLink_HasNoVisitorThroughTheAPI(t *testing.T) {
	w := newFixture(t)
	claim := dbtest.NewClaim(w.link().ClaimCode, node)
	claim.Visitor = ""
	claimed, err := w.db.ClaimLink(t.Context(), claim)
	w.must(err)
	expect(t, "held", claimed.Session.HeldBy(""), false)
}

func TestTransferSession_EndsTheOldVisitorAndToken(t *testing.T) {
	w := newFixture(t)
	claimed := w.claim(w.link())
	token, err := w.db.TransferSession(t.Context(), claimed.Session.ID, "second", false)
	w.must(err)
	_, _, err = w.db.SessionByToken(t.Context(), claimed.Session.ID, claimed.ClientToken)
	w.want(err, db.ErrNotFound)
	session, _, err := w.db.SessionByToken(t.Context(), claimed.Session.ID, token)
	w.must(err)
	expect(t, "old browser", session.HeldBy(dbtest.Visitor), false)
	expect(t, "new browser", session.HeldBy("second"), true)
	_, err = w.db.TransferSession(t.Context(), "sess_none", "second", true)
	w.want(err, db.ErrNotFound)
}

func TestCancelLink_IsForTheLinksOrganizationOnly(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	other := dbtest.Organization(t, w.db, "other").ID
	w.changesNothing(db.ErrNotFound, func() error { return w.db.CancelLink(t.Context(), other, link.ID) })
	_, err := w.db.Link(t.Context(), other, link.ID)
	w.want(err, db.ErrNotFound)
	w.changesNothing(db.ErrNotFound, func() error { return w.db.CancelLink(t.Context(), w.org, "link_none") })
}

// autoAdvanceClock is a clock that moves at every look.
type autoAdvanceClock struct{ *dbtest.Clock }

func (c autoAdvanceClock) Now() time.Time {
	now := c.Clock.Now()
	c.Advance(time.Millisecond)
	return now
}

func TestTransact_HasOneTime(t *testing.T) {
	w := newFixture(t)
	slow := dbtest.OpenFolder(t, w.folder, autoAdvanceClock{w.clock}.Now)
	link := w.link(lasting(time.Millisecond)) // over at the second look
	claimed, err := slow.ClaimLink(t.Context(), dbtest.NewClaim(link.ClaimCode, node))
	w.must(err)
	expect(t, "claimed link", claimed.Link.Status, db.LinkActive)
	expect(t, "claimed at", claimed.Session.CreatedAt, link.CreatedAt)
}
