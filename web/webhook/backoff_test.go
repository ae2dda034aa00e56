package webhook

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestSender_RetriesByPlanAndGivesUp(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusInternalServerError))
	link, _ := expired(t, sender.db, "acme", receiver.URL)
	plan := []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute,
		time.Hour, 6 * time.Hour, 24 * time.Hour}
	drive(t, sender)
	for made, want := range plan {
		delivery := deliveries(t, sender.db, link)[0]
		rest := time.Duration(delivery.NextAt-sender.db.Now()) * time.Millisecond
		if delivery.Attempts != made+1 || delivery.Status != db.DeliveryPending || rest < want || rest > want+want/5 {
			t.Fatalf("after try %d it rests %s, want %s and up to a fifth more: %+v", made+1, rest, want, delivery)
		}
		clock.Advance(rest - time.Millisecond)
		drive(t, sender)
		if len(receiver.got) != made+1 {
			t.Fatalf("try %d was made too early", made+2)
		}
		clock.Advance(time.Millisecond)
		drive(t, sender)
	}
	delivery := deliveries(t, sender.db, link)[0]
	if delivery.Status != db.DeliveryFailed || delivery.EndedAt == nil || delivery.Attempts != 9 {
		t.Errorf("delivery is %+v", delivery)
	}
	clock.Advance(1000 * time.Hour)
	drive(t, sender)
	if len(receiver.got) != 9 || len(tries(t, sender.db, delivery)) != 9 {
		t.Errorf("%d tries received, want 9", len(receiver.got))
	}
}

func TestSender_WaitsAsLongAsTheReceiverAsks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		header func(now time.Time) string
		want   time.Duration // and up to a fifth more
	}{
		{http.StatusTooManyRequests, func(time.Time) string { return "40" }, 40 * time.Second},
		{http.StatusServiceUnavailable, func(now time.Time) string { return now.Add(90 * time.Second).UTC().Format(http.TimeFormat) }, 90 * time.Second},
		{http.StatusServiceUnavailable, func(time.Time) string { return "2000000000" }, 24 * time.Hour},
		{http.StatusServiceUnavailable, func(time.Time) string { return "99999999999999999999" }, 24 * time.Hour},
		{http.StatusTooManyRequests, func(time.Time) string { return "-5" }, time.Second}, // of the plan
		{http.StatusTooManyRequests, func(time.Time) string { return "soon" }, time.Second},
		{http.StatusTooManyRequests, func(now time.Time) string { return now.Add(-time.Hour).UTC().Format(http.TimeFormat) }, time.Second},
	} {
		clock := dbtest.NewClock()
		sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: quiet()})
		header := c.header(clock.Now())
		receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(c.status)
		})
		link, _ := expired(t, sender.db, "acme", receiver.URL)
		drive(t, sender)
		delivery := deliveries(t, sender.db, link)[0]
		rest := time.Duration(delivery.NextAt-sender.db.Now()) * time.Millisecond
		const rounding = time.Second // a date has whole seconds
		if delivery.Status != db.DeliveryPending || rest < c.want-rounding || rest > c.want+c.want/5 {
			t.Errorf("%d, Retry-After: %s: it rests %s, want %s and up to a fifth more: %+v", c.status, header, rest, c.want, delivery)
		}
	}
}

func TestSender_GivesUpWhenTheAddressIsGone(t *testing.T) {
	t.Parallel()
	sender := New(Options{DB: dbtest.Open(t, dbtest.NewClock().Now), Allow: loopback(t), Logger: quiet()})
	link, _ := expired(t, sender.db, "acme", newReceiver(t, status(http.StatusGone)).URL)
	drive(t, sender)
	delivery := deliveries(t, sender.db, link)[0]
	made := tries(t, sender.db, delivery)
	if delivery.Status != db.DeliveryFailed || len(made) != 1 || !strings.Contains(made[0].Error, "gone for good") {
		t.Errorf("delivery is %+v, tries are %+v", delivery, made)
	}
}

func TestBackoff_HasJitter(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for range 100 {
		rest, again := backoff(8)
		if !again {
			t.Fatal("given up after eight tries")
		}
		seen[rest] = true
	}
	if len(seen) < 90 {
		t.Errorf("%d different pauses of 100", len(seen))
	}
}

func TestSender_WakesOnEventsAndTimer(t *testing.T) {
	t.Parallel()
	sender := New(Options{DB: dbtest.Open(t, time.Now), Allow: loopback(t), Logger: quiet()})
	var answers atomic.Int32
	receiver := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
		if answers.Add(1) == 1 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	stop := start(t, sender)
	// The loop waits for a minute now, unless it is notified; the second try
	// comes by the timer.
	link, delivery := expired(t, sender.db, "acme", receiver.URL)
	first, second := receiver.next(t), receiver.next(t)
	stop()
	if first.header.Get("webhook-id") != second.header.Get("webhook-id") || string(first.body) != string(second.body) {
		t.Error("the second try is of another event")
	}
	if first.header.Get("X-Passage-Signature") == second.header.Get("X-Passage-Signature") {
		t.Error("the second try was not signed afresh")
	}
	made := tries(t, sender.db, delivery)
	if len(made) != 2 || *made[0].StatusCode != 500 || *made[1].StatusCode != 200 || made[1].At-made[0].At < 1000 {
		t.Errorf("tries are %+v", made)
	}
	if got := deliveries(t, sender.db, link)[0]; got.Status != db.DeliveryDelivered {
		t.Errorf("delivery is %+v", got)
	}
}

func TestSender_StopsAfterTheCurrentAttempt(t *testing.T) {
	t.Parallel()
	sender := New(Options{DB: dbtest.Open(t, time.Now), Allow: loopback(t), Logger: quiet()})
	release := make(chan struct{})
	receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-release })
	links := expireMany(t, sender.db, 3*workersPerMerchant, "acme", receiver.URL)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- sender.Run(ctx) }()
	for range workersPerMerchant {
		receiver.next(t)
	}
	cancel()
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(receiver.got) != 0 {
		t.Errorf("%d more tries were started", len(receiver.got))
	}
	if count := delivered(t, sender.db, links); count != workersPerMerchant {
		t.Errorf("%d deliveries are recorded, want %d", count, workersPerMerchant)
	}
}
