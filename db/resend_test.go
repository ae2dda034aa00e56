package db_test

import (
	"slices"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// ended makes a link that has ended, and returns its one event.
func (w *fixture) ended(changes ...func(*db.NewLink)) db.Event {
	w.Helper()
	link := w.link(changes...)
	w.must(w.db.CancelLink(w.Context(), w.org, link.ID))
	return w.events(link)[0]
}

func silent(draft *db.NewLink) { draft.WebhookURL = "" }

func TestResend_SendsOnceHoweverOftenItIsCalled(t *testing.T) {
	w := newFixture(t)
	event := w.ended()
	first := w.take()[0]
	w.must(w.db.RecordAttempt(t.Context(), first, db.DeliveryAttempt{Error: "refused"}, db.DeliveryPending, w.db.Now()+3_600_000))
	again, err := w.db.Resend(t.Context(), w.org, event.ID)
	w.must(err)
	expect(t, "the delivery that waited", again.ID, first.ID)
	expect(t, "its next try", again.NextAt, w.db.Now())
	due := w.take()
	expect(t, "due", len(due), 1)
	w.must(w.db.RecordAttempt(t.Context(), due[0], db.DeliveryAttempt{}, db.DeliveryDelivered, 0))

	second, err := w.db.Resend(t.Context(), w.org, event.ID)
	w.must(err)
	third, err := w.db.Resend(t.Context(), w.org, event.ID)
	w.must(err)
	if second.ID == first.ID || third.ID != second.ID {
		t.Errorf("deliveries %s, %s and %s", first.ID, second.ID, third.ID)
	}
	expect(t, "due after both", len(w.take()), 1)
	_, err = w.db.Resend(t.Context(), w.org, event.ID) // while it is being sent
	w.must(err)
	expect(t, "due while it is being sent", len(w.take()), 0)
	all, err := w.db.DeliveriesOfEvent(t.Context(), event.ID, 10)
	w.must(err)
	expect(t, "deliveries", len(all), 2)
}

func TestResend_RefusesUnknownEventsAndThoseWithoutAURL(t *testing.T) {
	w := newFixture(t)
	event, mute := w.ended(), w.ended(silent)
	other := dbtest.Organization(t, w.db, "other").ID
	for _, row := range []struct {
		organization, event string
		want                error
	}{{w.org, "evt_none", db.ErrNotFound}, {other, event.ID, db.ErrNotFound}, {w.org, mute.ID, db.ErrNoWebhook}} {
		w.changesNothing(row.want, func() error {
			_, err := w.db.Resend(t.Context(), row.organization, row.event)
			return err
		})
	}
	w.changesNothing(db.ErrBadCursor, func() error {
		_, _, err := w.db.ResendRange(t.Context(), db.EventRange{OrganizationID: other, After: event.ID, Limit: 1})
		return err
	})
}

func TestResendRange_SendsInPages(t *testing.T) {
	w := newFixture(t)
	var events []db.Event
	for range 3 { // two of each moment, and one that goes nowhere
		events = append(events, w.ended(), w.ended())
		w.ended(silent)
		w.clock.Advance(time.Second)
	}
	for _, delivery := range w.take() {
		w.must(w.db.RecordAttempt(t.Context(), delivery, db.DeliveryAttempt{}, db.DeliveryDelivered, 0))
	}
	span := db.EventRange{OrganizationID: w.org, Limit: 2, CreatedAfter: events[0].CreatedAt - 1}
	var pages []int
	for {
		sent, next, err := w.db.ResendRange(t.Context(), span)
		w.must(err)
		pages = append(pages, sent)
		if span.After = next; next == "" {
			break
		}
	}
	if !slices.Equal(pages, []int{2, 2, 2}) {
		t.Errorf("pages of %v", pages)
	}
	expect(t, "sent again", len(w.take()), 6)

	for name, row := range map[string]struct {
		after, before int64
		from          string
		want          int
	}{
		"both bounds are exclusive":   {events[0].CreatedAt, events[4].CreatedAt, "", 2},
		"an event narrows it further": {events[0].CreatedAt, 0, events[2].ID, 3},
		"an earlier event does not":   {events[2].CreatedAt, 0, events[0].ID, 2},
		"nothing is left":             {0, 0, events[5].ID, 0},
	} {
		sent, next, err := w.db.ResendRange(t.Context(), db.EventRange{OrganizationID: w.org, CreatedAfter: row.after,
			CreatedBefore: row.before, After: row.from, Limit: 10})
		w.must(err)
		if sent != row.want || next != "" {
			t.Errorf("%s: %d were sent, and more from %q", name, sent, next)
		}
	}
}
