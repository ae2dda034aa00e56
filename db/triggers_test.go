package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// trigger is a row of the contract's table (CONTRACT §2).
type trigger struct {
	name        string
	from        db.LinkStatus
	reusable    bool
	fire        func(*fixture, db.Link, db.Lease) error
	session     db.SessionStatus // empty: there is none
	sessionCode string
	link        db.LinkStatus
	linkCode    string
	event       string // empty: none is sent
	withSession bool   // the event names the session
	final       bool
}

func triggers() []trigger {
	fails := func(code string) func(*fixture, db.Link, db.Lease) error {
		return func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.FailSession(w.Context(), lease, failure(code))
		}
	}
	timePasses := func(w *fixture, _ db.Link, _ db.Lease) error {
		w.clock.Advance(5 * time.Hour)
		_, err := w.db.ExpireLinks(w.Context())
		return err
	}
	merchantCancels := func(w *fixture, link db.Link, _ db.Lease) error {
		return w.db.CancelLink(w.Context(), w.org, link.ID)
	}
	const complete, failed, created = db.SessionComplete, db.SessionFailed, db.SessionCreated
	return []trigger{
		{"every operation succeeded", db.LinkActive, false, func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.CompleteSession(w.Context(), lease, result())
		}, complete, "", db.LinkComplete, "", "link.complete", true, true},
		{"every operation of a reusable link succeeded", db.LinkActive, true, func(w *fixture, _ db.Link, lease db.Lease) error {
			return w.db.CompleteSession(w.Context(), lease, result())
		}, complete, "", db.LinkComplete, "", "link.complete", true, false},
		{"failure", db.LinkActive, false, fails("INVALID_CREDENTIALS"),
			failed, "INVALID_CREDENTIALS", db.LinkFailed, "INVALID_CREDENTIALS", "link.failed", true, false},
		{"deadline", db.LinkActive, false, fails("CLIENT_TIMEOUT"),
			failed, "CLIENT_TIMEOUT", db.LinkFailed, "CLIENT_TIMEOUT", "link.failed", true, false},
		{"the user's cancel", db.LinkActive, false, fails("USER_CANCELLED"),
			failed, "USER_CANCELLED", db.LinkFailed, "USER_CANCELLED", "link.failed", true, false},
		{"stop", db.LinkActive, false, fails("WORKER_LOST"),
			failed, "WORKER_LOST", db.LinkFailed, "WORKER_LOST", "link.failed", true, false},
		{"lost lease", db.LinkActive, false, func(w *fixture, _ db.Link, _ db.Lease) error {
			w.clock.Advance(db.LeaseDuration)
			_, err := w.db.FailLost(w.Context())
			return err
		}, failed, "WORKER_LOST", db.LinkFailed, "WORKER_LOST", "link.failed", true, false},
		{"start of another process", db.LinkActive, false, func(w *fixture, _ db.Link, _ db.Lease) error {
			_, err := w.db.FailOrphans(w.Context(), "boot_next")
			return err
		}, failed, "WORKER_LOST", db.LinkFailed, "WORKER_LOST", "link.failed", true, false},
		{"TTL while pending", db.LinkPending, false, timePasses, "", "", db.LinkExpired, "", "link.expired", false, true},
		{"TTL while failed", db.LinkFailed, false, timePasses,
			failed, "SITE_CHANGED", db.LinkExpired, "SITE_CHANGED", "link.expired", true, true},
		{"TTL while active", db.LinkActive, false, timePasses,
			failed, "LINK_EXPIRED", db.LinkExpired, "LINK_EXPIRED", "link.expired", true, true},
		{"TTL while active, told by the runner", db.LinkActive, false, func(w *fixture, link db.Link, lease db.Lease) error {
			w.pastTime(link)
			return fails("LINK_EXPIRED")(w, link, lease)
		}, failed, "LINK_EXPIRED", db.LinkExpired, "LINK_EXPIRED", "link.expired", true, true},
		{"a failure after the TTL", db.LinkActive, false, func(w *fixture, link db.Link, lease db.Lease) error {
			w.pastTime(link)
			return fails("SITE_CHANGED")(w, link, lease)
		}, failed, "LINK_EXPIRED", db.LinkExpired, "LINK_EXPIRED", "link.expired", true, true},
		{"the merchant's cancel while pending", db.LinkPending, false, merchantCancels,
			"", "", db.LinkExpired, "LINK_CANCELLED", "link.expired", false, true},
		{"the merchant's cancel while active", db.LinkActive, false, merchantCancels,
			failed, "LINK_CANCELLED", db.LinkExpired, "LINK_CANCELLED", "link.expired", true, true},
		{"the merchant's cancel, told by the runner", db.LinkActive, false, fails("LINK_CANCELLED"),
			failed, "LINK_CANCELLED", db.LinkExpired, "LINK_CANCELLED", "link.expired", true, true},
		{"the merchant's cancel while failed", db.LinkFailed, false, merchantCancels,
			failed, "SITE_CHANGED", db.LinkExpired, "LINK_CANCELLED", "link.expired", true, true},
		{"claim", db.LinkPending, false, claims, created, "", db.LinkActive, "", "", false, false},
		{"claim after a failure", db.LinkFailed, false, claims, created, "", db.LinkActive, "", "", false, false},
		{"claim of a reusable complete link", db.LinkComplete, true, claims, created, "", db.LinkActive, "", "", false, false},
		{"TTL of a reusable complete link", db.LinkComplete, true, timePasses, complete, "", db.LinkComplete, "", "", false, false},
	}
}

func claims(w *fixture, link db.Link, _ db.Lease) error {
	_, err := w.db.ClaimLink(w.Context(), dbtest.NewClaim(link.ClaimCode, node))
	return err
}

// pastTime moves the clock past a link's time, with its sessions' leases kept.
func (w *fixture) pastTime(link db.Link) {
	w.Helper()
	for w.db.Now() < link.ExpiresAt {
		w.clock.Advance(min(db.LeaseDuration-time.Millisecond, time.Duration(link.ExpiresAt-w.db.Now())*time.Millisecond))
		w.must(w.db.RenewLeases(w.Context(), node))
	}
}

func TestTriggers_HaveTheirEffects(t *testing.T) {
	shared := newFixture(t)
	for _, row := range triggers() {
		t.Run(row.name, func(t *testing.T) {
			w := shared.withT(t)
			link, lease := w.linkAt(row.from, lasting(time.Minute), func(draft *db.NewLink) { draft.Reusable = row.reusable })
			before := len(w.events(link))
			w.must(row.fire(w, link, lease))

			now := w.reload(link)
			expect(t, "link", now.Status, row.link)
			expect(t, "link's error", code(now.Error), row.linkCode)
			expect(t, "completed", now.CompletedAt != nil, row.link == db.LinkComplete)
			if row.session == "" {
				expect(t, "session", now.CurrentSessionID, "")
			} else {
				session := w.session(now.CurrentSessionID)
				expect(t, "session", session.Status, row.session)
				expect(t, "session's error", code(session.Error), row.sessionCode)
				expect(t, "session ended", session.EndedAt != nil, session.Status.Ended())
			}
			w.checkEvents(row, now, w.events(link)[before:])
		})
	}
}

// checkEvents compares what a trigger sent with its row of the table, each
// event with its delivery.
func (w *fixture) checkEvents(row trigger, link db.Link, sent []db.Event) {
	w.Helper()
	if row.event == "" {
		expect(w.T, "events", len(sent), 0)
		return
	}
	if len(sent) != 1 {
		w.Fatalf("%d events were sent instead of one: %+v", len(sent), sent)
	}
	event := sent[0]
	expect(w.T, "event", event.Name, row.event)
	expect(w.T, "event's error", code(event.Error), row.linkCode)
	expect(w.T, "event is final", event.Final, row.final)
	expect(w.T, "event's operations", len(event.Operations), len(link.Operations))
	session := ""
	if row.withSession {
		session = link.CurrentSessionID
	}
	expect(w.T, "event's session", event.SessionID, session)
	deliveries, err := w.db.DeliveriesOf(w.Context(), link.ID)
	w.must(err)
	found := slices.IndexFunc(deliveries, func(d db.Delivery) bool { return d.EventID == event.ID })
	if found < 0 {
		w.Fatal("the event has no delivery")
	}
	expect(w.T, "delivery", deliveries[found].Status, db.DeliveryPending)
	expect(w.T, "delivery's url", deliveries[found].URL, "https://merchant.example/hooks")
	expect(w.T, "delivery is due", deliveries[found].NextAt, w.db.Now())
}

func TestEvent_WithoutWebhookURLHasNoDelivery(t *testing.T) {
	w := newFixture(t)
	link := w.link(func(draft *db.NewLink) { draft.WebhookURL = "" })
	w.must(w.db.CancelLink(t.Context(), w.org, link.ID))
	expect(t, "events", len(w.events(link)), 1)
	deliveries, err := w.db.DeliveriesOf(t.Context(), link.ID)
	w.must(err)
	expect(t, "deliveries", len(deliveries), 0)
}

func TestCancelLink_DoesNotBlameAnEarlierOperation(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	w.must(w.db.StartOperation(t.Context(), lease, 0))
	w.must(w.db.FailSession(t.Context(), lease, failure("SITE_CHANGED")))
	w.must(w.db.CancelLink(t.Context(), w.org, link.ID))
	now := w.reload(link)
	expect(t, "error", code(now.Error), "LINK_CANCELLED")
	if now.Error.Operation != nil {
		t.Errorf("LINK_CANCELLED is said of operation %d", *now.Error.Operation)
	}
}

func TestExpireLinks_WritesTheEventOnce(t *testing.T) {
	w := newFixture(t)
	link := w.link(lasting(time.Minute))
	w.clock.Advance(time.Minute)
	for _, want := range []int{1, 0} {
		got, err := w.db.ExpireLinks(t.Context())
		w.must(err)
		expect(t, "expired", got, want)
	}
	expect(t, "events", len(w.events(link)), 1)
}
