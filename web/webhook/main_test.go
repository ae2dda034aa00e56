package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"passage/db"
	"passage/db/dbtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// loopback is what the tests' receivers need.
func loopback(t testing.TB) Allow {
	t.Helper()
	allow, err := ParseAllow([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	return allow
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// received is what a receiver got.
type received struct {
	header http.Header
	body   []byte
}

// receiver is a merchant's server: it keeps what it gets, then answers.
type receiver struct {
	*httptest.Server
	got chan received
}

func newReceiver(t testing.TB, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{got: make(chan received, 1000)}
	r.Server = httptest.NewServer(r.keep(t, answer))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) keep(t testing.TB, answer http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Error(err)
		}
		r.got <- received{request.Header, body}
		answer(w, request)
	})
}

// next waits for the next post.
func (r *receiver) next(t testing.TB) received {
	t.Helper()
	select {
	case got := <-r.got:
		return got
	case <-time.After(30 * time.Second):
		t.Fatal("nothing was received")
		return received{}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// expired makes a link that ends at once, without ever being claimed, and
// returns it with its one delivery.
func expired(t testing.TB, database *db.DB, merchant, url string) (db.Link, db.Delivery) {
	t.Helper()
	wanted := dbtest.NewLink(dbtest.Organization(t, database, merchant).ID)
	wanted.WebhookURL = url
	link := dbtest.Link(t, database, wanted)
	if err := database.CancelLink(t.Context(), link.OrganizationID, link.ID); err != nil {
		t.Fatal(err)
	}
	return link, deliveries(t, database, link)[0]
}

// completed makes a link that a session completed with a result.
func completed(t testing.TB, database *db.DB, wanted db.NewLink, result string) db.Claimed {
	t.Helper()
	claimed := dbtest.Claim(t, database, dbtest.Link(t, database, wanted), "owner")
	complete(t, database, claimed, result)
	return claimed
}

func complete(t testing.TB, database *db.DB, claimed db.Claimed, result string) {
	t.Helper()
	ctx, lease := t.Context(), claimed.Session.Lease()
	for _, step := range []func() error{
		func() error { return database.StartSession(ctx, lease, claimed.PromptID) },
		func() error { return database.RunSession(ctx, lease) },
		func() error { return completeOperations(ctx, database, claimed) },
		func() error { return database.CompleteSession(ctx, lease, json.RawMessage(result)) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
}

func completeOperations(ctx context.Context, database *db.DB, claimed db.Claimed) error {
	var errs []error
	for _, operation := range claimed.Link.Operations {
		errs = append(errs, database.StartOperation(ctx, claimed.Session.Lease(), operation.Position),
			database.CompleteOperation(ctx, claimed.Session.Lease(), operation.Position, nil))
	}
	return errors.Join(errs...)
}

func deliveries(t testing.TB, database *db.DB, link db.Link) []db.Delivery {
	t.Helper()
	found, err := database.DeliveriesOf(t.Context(), link.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// expireMany makes as many links as expired does one.
func expireMany(t testing.TB, database *db.DB, count int, merchant, url string) (links []db.Link) {
	t.Helper()
	for range count {
		link, _ := expired(t, database, merchant, url)
		links = append(links, link)
	}
	return links
}

// delivered counts the links whose delivery has arrived.
func delivered(t testing.TB, database *db.DB, links []db.Link) (count int) {
	t.Helper()
	for _, link := range links {
		if deliveries(t, database, link)[0].Status == db.DeliveryDelivered {
			count++
		}
	}
	return count
}

func tries(t testing.TB, database *db.DB, delivery db.Delivery) []db.DeliveryAttempt {
	t.Helper()
	found, err := database.AttemptsOfEvent(t.Context(), delivery.EventID)
	if err != nil {
		t.Fatal(err)
	}
	return found[delivery.ID]
}

// drive sends everything that is due at this moment and waits until it is
// settled, without the loop.
func drive(t testing.TB, s *Sender) {
	t.Helper()
	workers := s.startWorkers(t.Context())
	if _, err := s.dispatch(t.Context(), workers); err != nil {
		t.Fatal(err)
	}
	workers.running.Wait()
}

// tryOnce makes the first try at a URL and returns its record.
func tryOnce(t testing.TB, s *Sender, url string) (db.Delivery, db.DeliveryAttempt) {
	t.Helper()
	link, _ := expired(t, s.db, "acme", url)
	drive(t, s)
	delivery := deliveries(t, s.db, link)[0]
	made := tries(t, s.db, delivery)
	if len(made) != 1 {
		t.Fatalf("%d tries, want 1", len(made))
	}
	return delivery, made[0]
}

// start runs the loop until the test ends or stop is called.
func start(t testing.TB, s *Sender) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var once sync.Once
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}
