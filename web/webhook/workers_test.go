package webhook

import (
	"net/http"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

func TestWorkers_SlowReceiverDelaysNoOtherMerchant(t *testing.T) {
	t.Parallel()
	sender := New(Options{DB: dbtest.Open(t, time.Now), Allow: loopback(t), Logger: quiet()})
	release := make(chan struct{})
	slow := newReceiver(t, func(http.ResponseWriter, *http.Request) { <-release })
	fast := newReceiver(t, status(http.StatusOK))
	expireMany(t, sender.db, batchSize+3*workersPerMerchant, "slow", slow.URL) // more than one batch, and due first
	expired(t, sender.db, "fast", fast.URL)
	stop := start(t, sender)
	fast.next(t)
	expired(t, sender.db, "fast", fast.URL)
	fast.next(t)
	for range workersPerMerchant {
		slow.next(t)
	}
	if len(slow.got) != 0 {
		t.Errorf("the slow merchant has %d tries more than its share", len(slow.got))
	}
	close(release)
	stop()
}

func TestSender_DeliversOnceBesideAnother(t *testing.T) {
	t.Parallel()
	const each = 20
	folder := t.TempDir()
	receiver := newReceiver(t, status(http.StatusOK))
	var senders []*Sender
	for range 2 {
		database := dbtest.OpenFolder(t, folder, time.Now)
		senders = append(senders, New(Options{DB: database, Allow: loopback(t), Logger: quiet()}))
	}
	var links []db.Link
	for _, merchant := range []string{"acme", "globex", "initech"} {
		links = append(links, expireMany(t, senders[0].db, each, merchant, receiver.URL)...)
	}
	var stops []func()
	for _, sender := range senders {
		stops = append(stops, start(t, sender))
	}
	seen := map[string]bool{}
	for range links {
		id := receiver.next(t).header.Get("webhook-id")
		if seen[id] {
			t.Errorf("%s came twice", id)
		}
		seen[id] = true
	}
	for _, stop := range stops {
		stop()
	}
	if len(receiver.got) != 0 {
		t.Errorf("%d deliveries came twice", len(receiver.got))
	}
	if count := delivered(t, senders[0].db, links); count != len(links) {
		t.Errorf("%d deliveries are recorded, want %d", count, len(links))
	}
}

func TestSender_DeliversAfterTheLeaseOfADeadSender(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: quiet()})
	receiver := newReceiver(t, status(http.StatusOK))
	link, _ := expired(t, sender.db, "acme", receiver.URL)
	if taken, err := sender.db.LeaseDeliveries(t.Context(), 1, leaseDuration); err != nil || len(taken) != 1 {
		t.Fatalf("took %d: %v", len(taken), err)
	}
	clock.Advance(leaseDuration - time.Millisecond)
	drive(t, sender)
	if len(receiver.got) != 0 {
		t.Fatal("a delivery under lease was sent")
	}
	clock.Advance(time.Millisecond)
	drive(t, sender)
	if got := deliveries(t, sender.db, link)[0]; len(receiver.got) != 1 || got.Status != db.DeliveryDelivered {
		t.Errorf("received %d; delivery is %+v", len(receiver.got), got)
	}
}

func TestSender_SkipsJobsWhoseLeaseIsTooShort(t *testing.T) {
	t.Parallel()
	clock := dbtest.NewClock()
	sender := New(Options{DB: dbtest.Open(t, clock.Now), Allow: loopback(t), Logger: quiet()})
	// With three seconds for each try, the sixth ends after the last moment to start one.
	receiver := newReceiver(t, func(http.ResponseWriter, *http.Request) { clock.Advance(3 * time.Second) })
	links := expireMany(t, sender.db, 30, "acme", receiver.URL)
	drive(t, sender)
	if got := len(receiver.got); got < 6 || got > 5+workersPerMerchant {
		t.Errorf("%d tries were made under the first lease", got)
	}
	for delivered(t, sender.db, links) < len(links) {
		clock.Advance(leaseDuration)
		drive(t, sender)
	}
	if len(receiver.got) != len(links) {
		t.Errorf("%d tries, want one for each of %d deliveries", len(receiver.got), len(links))
	}
}

func TestWorkers_DropOverflowAndForgetIdleMerchants(t *testing.T) {
	t.Parallel()
	release, delivered := make(chan struct{}), make(chan struct{}, 2*queueLength)
	workers := newWorkers(func(job) { <-release; delivered <- struct{}{} })
	for range workersPerMerchant + queueLength + 10 {
		workers.add("acme", job{})
	}
	close(release)
	workers.running.Wait()
	if len(delivered) != workersPerMerchant+queueLength {
		t.Errorf("%d delivered, want %d", len(delivered), workersPerMerchant+queueLength)
	}
	if len(workers.queues) != 0 {
		t.Errorf("%d queues are left", len(workers.queues))
	}
}
