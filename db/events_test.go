package db_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"passage/automation/event"
	"passage/db"
	"passage/db/dbtest"
)

func TestEventsAfter_ReadsInCommitOrderWithoutGaps(t *testing.T) {
	w := newFixture(t)
	var links []db.Link
	for range 24 {
		links = append(links, w.link())
	}
	// Half of them while the reader follows from event to event.
	var writers sync.WaitGroup
	for n := range 2 {
		writers.Go(func() {
			for _, link := range links[n*12 : n*12+12] {
				if err := w.db.CancelLink(t.Context(), w.org, link.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var followed []string
	follow := func() {
		after := ""
		if len(followed) > 0 {
			after = followed[len(followed)-1]
		}
		page, err := w.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: w.org, After: after, Limit: 5})
		w.must(err)
		for _, entry := range page {
			followed = append(followed, entry.ID)
		}
	}
	for range 6 {
		follow()
	}
	writers.Wait()
	for before := -1; before != len(followed); {
		before = len(followed)
		follow()
	}
	all, err := w.db.EventsAfter(t.Context(), db.EventFilter{OrganizationID: w.org, Limit: 100})
	w.must(err)
	var want []string
	for _, entry := range all {
		want = append(want, entry.ID)
	}
	if !slices.Equal(followed, want) || len(want) != 24 {
		t.Errorf("followed %d events of %d, or in another order", len(followed), len(want))
	}
	if !slices.IsSorted(want) {
		t.Error("the ids do not sort by time")
	}
}

func TestEvent_HasTheOperationsAsOfItsTime(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	lease := w.run(link)
	dbtest.Submit(t, w.db, lease)
	w.must(w.db.FailSession(t.Context(), lease, failure("CONNECTION_FAILED")))
	dbtest.Finish(t, w.db, w.run(link), `{}`)
	sent := w.events(link)
	expect(t, "events", len(sent), 2)
	expect(t, "write, the first time", sent[0].Operations[1].Status, db.OperationUnknown)
	expect(t, "write, the second time", sent[1].Operations[1].Status, db.OperationComplete)
	entry, now, err := w.db.Event(t.Context(), sent[0].ID)
	w.must(err)
	expect(t, "event", entry.Name, "link.failed")
	expect(t, "its link now", now.Status, db.LinkComplete)
	_, _, err = w.db.Event(t.Context(), "evt_none")
	w.want(err, db.ErrNotFound)
}

func TestLeaseDeliveries_GivesEachOnceUnderConcurrency(t *testing.T) {
	w := newFixture(t)
	for range 30 {
		w.must(w.db.CancelLink(t.Context(), w.org, w.link().ID))
	}
	other := dbtest.OpenFolder(t, w.folder, w.clock.Now)
	var mu sync.Mutex
	taken := map[string]int{}
	var takers sync.WaitGroup
	for n := range 8 {
		conn := w.db
		if n%2 == 1 {
			conn = other
		}
		takers.Go(func() {
			for {
				some, err := conn.LeaseDeliveries(t.Context(), 4, time.Minute)
				if err != nil {
					t.Error(err)
				}
				if len(some) == 0 {
					return
				}
				mu.Lock()
				for _, delivery := range some {
					taken[delivery.ID]++
				}
				mu.Unlock()
			}
		})
	}
	takers.Wait()
	expect(t, "deliveries taken", len(taken), 30)
	for id, times := range taken {
		expect(t, "times that "+id+" was taken", times, 1)
	}
}

// take leases what is due.
func (w *fixture) take() []db.Delivery {
	w.Helper()
	taken, err := w.db.LeaseDeliveries(w.Context(), 10, time.Minute)
	w.must(err)
	return taken
}

func TestRecordAttempt_RetriesInTimeAndStoresEachAttempt(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	w.must(w.db.CancelLink(t.Context(), w.org, link.ID))
	delivery := w.take()[0]
	expect(t, "taken twice", len(w.take()), 0)
	at, ok, err := w.db.NextDelivery(t.Context())
	w.must(err)
	expect(t, "next", at, w.db.Now()+time.Minute.Milliseconds())
	expect(t, "there is a next", ok, true)

	later := w.db.Now() + 5000
	status := 500
	try := db.DeliveryAttempt{StatusCode: &status, Took: 12, Reply: "oh no"}
	w.must(w.db.RecordAttempt(t.Context(), delivery, try, db.DeliveryPending, later))
	w.changesNothing(db.ErrStale, func() error {
		return w.db.RecordAttempt(t.Context(), delivery, try, db.DeliveryDelivered, later)
	})
	w.clock.Advance(5*time.Second - time.Millisecond)
	expect(t, "taken before its time", len(w.take()), 0)
	w.clock.Advance(time.Millisecond)
	again := w.take()
	expect(t, "taken at its time", len(again), 1)
	w.must(w.db.RecordAttempt(t.Context(), again[0], db.DeliveryAttempt{Error: "refused"}, db.DeliveryDelivered, 0))

	w.clock.Advance(time.Hour)
	expect(t, "taken after the end", len(w.take()), 0)
	_, ok, err = w.db.NextDelivery(t.Context())
	w.must(err)
	expect(t, "there is a next after the end", ok, false)
	found, err := w.db.AttemptsOfEvent(t.Context(), delivery.EventID)
	w.must(err)
	tries := found[delivery.ID]
	if len(tries) != 2 || *tries[0].StatusCode != 500 || tries[0].Reply != "oh no" || tries[1].StatusCode != nil ||
		tries[1].Error != "refused" || tries[1].Number != 2 {
		t.Errorf("tries: %+v", tries)
	}
	all, err := w.db.DeliveriesOf(t.Context(), link.ID)
	w.must(err)
	if len(all) != 1 || all[0].Status != db.DeliveryDelivered || all[0].Attempts != 2 || all[0].EndedAt == nil {
		t.Errorf("deliveries: %+v", all)
	}
}

func TestLeaseDeliveries_GivesAgainAfterTheLease(t *testing.T) {
	w := newFixture(t)
	w.must(w.db.CancelLink(t.Context(), w.org, w.link().ID))
	first := w.take()[0]
	w.clock.Advance(time.Minute)
	second := w.take()
	expect(t, "taken after the lease", len(second), 1)
	w.must(w.db.RecordAttempt(t.Context(), second[0], db.DeliveryAttempt{}, db.DeliveryFailed, 0))
	w.changesNothing(db.ErrStale, func() error {
		return w.db.RecordAttempt(t.Context(), first, db.DeliveryAttempt{}, db.DeliveryDelivered, 0)
	})
}

func TestSubscribe_IsNotifiedAfterTheCommitOnly(t *testing.T) {
	w := newFixture(t)
	link := w.link()
	woken, stop := w.db.Subscribe(link.ID)
	rang := func() bool {
		select {
		case <-woken:
			return true
		default:
			return false
		}
	}
	expect(t, "wakes at once", rang(), false)
	lease := w.run(link)
	expect(t, "wakes for many changes", rang(), true)
	expect(t, "wakes twice", rang(), false)
	w.want(w.db.StartOperation(t.Context(), lease, 1), db.ErrStale)
	expect(t, "wakes for a refused change", rang(), false)
	sends, stopSends := w.db.Subscribe(db.TopicDeliveries)
	defer stopSends()
	dbtest.Finish(t, w.db, lease, `{}`)
	expect(t, "wakes at the end", rang(), true)
	expect(t, "wakes for deliveries", len(sends), 1)
	stop()
	stop()
	w.db.Notify(link.ID)
	expect(t, "wakes after the watch", rang(), false)
}

func TestSessionEvents_ReadsAfterANumberAndByKind(t *testing.T) {
	w := newFixture(t)
	lease := w.run(w.link())
	last, err := w.db.AppendEvents(t.Context(), lease, []db.NewEvent{
		{Kind: event.StepTaken, Data: map[string]int{"line": 3}, At: 7}, {Kind: event.ProgressMade, At: 8}})
	w.must(err)
	tail, err := w.db.SessionEvents(t.Context(), lease.SessionID, last-2)
	w.must(err)
	if len(tail) != 2 || tail[0].Kind != event.StepTaken || string(tail[0].Data) != `{"line":3}` || tail[0].At != 7 {
		t.Errorf("tail: %+v", tail)
	}
	some, err := w.db.SessionEvents(t.Context(), lease.SessionID, 0, event.Claimed, event.ProgressMade)
	w.must(err)
	expect(t, "events of two kinds", len(some), 2)
	w.checkTimeline(w.session(lease.SessionID))
}
