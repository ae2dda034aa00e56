package db_test

import (
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// refuse makes a try at all that is due, to be tried again after an hour, and
// tells how many there were.
func (w *fixture) refuse() int {
	w.Helper()
	due := w.take()
	for _, delivery := range due {
		w.must(w.db.RecordAttempt(w.Context(), delivery, db.DeliveryAttempt{Error: "refused"}, db.DeliveryPending, w.db.Now()+time.Hour.Milliseconds()))
	}
	return len(due)
}

// dead is a fixture whose receiver has taken nothing for so long that it is
// paused, with two events that wait.
func dead(t *testing.T) (w *fixture, events []db.Event) {
	t.Helper()
	w = newFixture(t)
	events = append(events, w.ended(), w.ended())
	for range 24 {
		expect(t, "tried while it is not paused", w.refuse(), 2)
		w.clock.Advance(time.Hour)
	}
	expect(t, "paused before a day is over", len(w.paused()), 0)
	due := w.take()
	// The first pauses it, although its plan is at its end; the second is held.
	for _, delivery := range due {
		w.must(w.db.RecordAttempt(t.Context(), delivery, db.DeliveryAttempt{Error: "refused"}, db.DeliveryFailed, 0))
	}
	return w, events
}

func (w *fixture) paused() []db.PausedEndpoint {
	w.Helper()
	found, err := w.db.PausedEndpoints(w.Context())
	w.must(err)
	return found
}

func (w *fixture) delivery(event db.Event) db.Delivery {
	w.Helper()
	found, err := w.db.DeliveriesOfEvent(w.Context(), event.ID, 1)
	w.must(err)
	return found[0]
}

func TestEndpoint_PausesAndIsProbedOnceAnHour(t *testing.T) {
	w, _ := dead(t)
	fresh := w.ended()
	paused := w.paused()
	if len(paused) != 1 || paused[0].Host != "merchant.example" || paused[0].Organization != "shop" || paused[0].Waiting != 3 ||
		paused[0].PausedAt != w.db.Now() || paused[0].PausedAt-paused[0].FailingSince != (24*time.Hour).Milliseconds() {
		t.Errorf("paused: %+v", paused)
	}
	expect(t, "a new delivery is held", w.delivery(fresh).Held, true)
	for range 3 {
		w.clock.Advance(time.Hour - time.Millisecond)
		expect(t, "tried before the hour is over", len(w.take()), 0)
		at, ok, err := w.db.NextDelivery(t.Context())
		w.must(err)
		expect(t, "there is a next", ok, true)
		expect(t, "the next", at, w.db.Now()+1)
		w.clock.Advance(time.Millisecond)
		expect(t, "tried at the hour", w.refuse(), 1)
	}
	other := w.withT(t)
	other.org = dbtest.Organization(t, w.db, "other").ID
	other.ended()
	expect(t, "another organization's delivery to that host", w.refuse(), 1)
	expect(t, "deliveries to another host", len(w.elsewhere()), 1)
}

// elsewhere ends a link whose webhooks go to another host, and takes what is due.
func (w *fixture) elsewhere() []db.Delivery {
	w.Helper()
	w.ended(func(draft *db.NewLink) { draft.WebhookURL = "https://second.example/hooks" })
	return w.take()
}

func TestEndpoint_ResumesAfterADeliveredProbe(t *testing.T) {
	w, events := dead(t)
	w.clock.Advance(time.Hour)
	w.must(w.db.RecordAttempt(t.Context(), w.take()[0], db.DeliveryAttempt{}, db.DeliveryDelivered, 0))
	expect(t, "paused", len(w.paused()), 0)
	rest := w.take()
	expect(t, "due at once", len(rest), 1)
	w.must(w.db.RecordAttempt(t.Context(), rest[0], db.DeliveryAttempt{Error: "refused"}, db.DeliveryFailed, 0))
	expect(t, "one failure later", len(w.paused()), 0)
	states := map[db.DeliveryStatus]bool{w.delivery(events[0]).Status: true, w.delivery(events[1]).Status: true}
	if !states[db.DeliveryDelivered] || !states[db.DeliveryFailed] {
		t.Errorf("deliveries are %v", states)
	}
}

func TestEndpoint_ResumesAfterAResend(t *testing.T) {
	for name, again := range map[string]func(*fixture, db.Event) error{
		"one": func(w *fixture, event db.Event) error {
			delivery, err := w.db.Resend(w.Context(), w.org, event.ID)
			expect(w.T, "held", delivery.Held, false)
			return err
		},
		"many": func(w *fixture, _ db.Event) error {
			_, _, err := w.db.ResendRange(w.Context(), db.EventRange{OrganizationID: w.org, Limit: 10})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, events := dead(t)
			w.must(again(w, events[1]))
			expect(t, "paused", len(w.paused()), 0)
			w.clock.Advance(time.Hour) // the probe's rest
			expect(t, "due", w.refuse(), 2)
			expect(t, "paused by one failure", len(w.paused()), 0)
		})
	}
}

func TestEndpoint_StaysActiveAfterADelivery(t *testing.T) {
	w := newFixture(t)
	w.ended()
	for range 30 {
		expect(t, "tried", w.refuse(), 1)
		w.ended()
		due := w.take()
		w.must(w.db.RecordAttempt(t.Context(), due[0], db.DeliveryAttempt{}, db.DeliveryDelivered, 0))
		w.clock.Advance(time.Hour)
	}
	expect(t, "paused", len(w.paused()), 0)
}

func TestEndpoint_StaysActiveAfterFewFailures(t *testing.T) {
	w := newFixture(t)
	w.ended()
	for range 9 {
		expect(t, "tried", w.refuse(), 1)
		w.clock.Advance(24 * time.Hour)
	}
	expect(t, "paused after 9", len(w.paused()), 0)
	w.refuse()
	expect(t, "paused after 10", len(w.paused()), 1)
}
