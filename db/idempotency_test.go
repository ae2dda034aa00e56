package db_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// once prepares a request with a key; its reply holds the link's secrets.
func (w *fixture) once(key, body string) *db.Idempotency {
	w.Helper()
	once, err := w.db.Idempotent(w.Context(), db.Idempotency{Key: key, Body: []byte(body), Reply: renderReply})
	w.must(err)
	return once
}

func renderReply(link db.Link) (db.Reply, error) {
	body, err := json.Marshal(map[string]string{"linkId": link.ID, "claimCode": link.ClaimCode})
	return db.Reply{Status: 201, Body: body}, err
}

func (w *fixture) create(once *db.Idempotency) (db.Link, *db.Reply) {
	w.Helper()
	link, reply, err := w.db.CreateLink(w.Context(), dbtest.NewLink(w.org), once)
	w.must(err)
	return link, reply
}

func (w *fixture) count(table string) (rows int) {
	w.Helper()
	w.must(w.raw.QueryRowContext(w.Context(), `SELECT COUNT(*) FROM `+table).Scan(&rows))
	return rows
}

func TestIdempotency_ReturnsTheFirstReplyByteForByte(t *testing.T) {
	w := newFixture(t)
	link, reply := w.create(w.once("key", `{"a":1}`))
	if reply != nil {
		t.Fatal("the first use of a key was answered from an earlier one")
	}
	first, err := renderReply(link)
	w.must(err)
	for range 2 {
		again, reply := w.create(w.once("key", `{"a":1}`))
		if reply == nil || reply.Status != 201 || !bytes.Equal(reply.Body, first.Body) {
			t.Fatalf("got %+v, want %s", reply, first.Body)
		}
		expect(t, "id of a link that was not created", again.ID, "")
	}
	expect(t, "links", w.count("links"), 1)
}

func TestIdempotency_RefusesAnotherBody(t *testing.T) {
	w := newFixture(t)
	w.create(w.once("key", `{"a":1}`))
	other := w.once("key", `{"a": 1}`)
	w.changesNothing(db.ErrKeyReused, func() error {
		_, _, err := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), other)
		return err
	})
}

func TestIdempotency_SeparatesOrganizations(t *testing.T) {
	w := newFixture(t)
	w.create(w.once("key", `{"a":1}`))
	w.org = dbtest.Organization(t, w.db, "other").ID
	if _, reply := w.create(w.once("key", `{"a":2}`)); reply != nil {
		t.Error("another organization's reply was given")
	}
}

func TestIdempotency_EndsWithItsWindow(t *testing.T) {
	w := newFixture(t)
	w.create(w.once("key", `{"a":1}`))
	w.clock.Advance(db.IdempotencyWindow - time.Millisecond)
	w.must(w.db.DestroyOld(t.Context(), db.Retention{Results: time.Hour, Recordings: time.Hour}))
	if _, reply := w.create(w.once("key", `{"a":1}`)); reply == nil {
		t.Error("the key was forgotten within its window")
	}
	w.clock.Advance(time.Millisecond)
	if _, reply := w.create(w.once("key", `{"b":1}`)); reply != nil {
		t.Error("the key stands after its window")
	}
	if _, reply := w.create(w.once("key", `{"b":1}`)); reply == nil {
		t.Error("a new use of an old key has no window of its own")
	}
	w.clock.Advance(db.IdempotencyWindow)
	w.must(w.db.DestroyOld(t.Context(), db.Retention{Results: time.Hour, Recordings: time.Hour}))
	expect(t, "keys kept", w.count("idempotency_keys"), 0)
}

func TestIdempotency_CreatesOnceOfTwentyRequests(t *testing.T) {
	w := newFixture(t)
	bodies := make([]string, 20)
	var requests sync.WaitGroup
	start := make(chan struct{})
	for n := range bodies {
		once := w.once("key", `{}`)
		requests.Go(func() {
			<-start
			link, reply, err := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), once)
			if err != nil {
				t.Error(err)
				return
			}
			if reply == nil {
				first, err := renderReply(link)
				if err != nil {
					t.Error(err)
				}
				reply = &first
			}
			bodies[n] = string(reply.Body)
		})
	}
	close(start)
	requests.Wait()
	for _, body := range bodies {
		expect(t, "reply", body, bodies[0])
	}
	expect(t, "links", w.count("links"), 1)
}

func TestIdempotency_CreatesNothingWithoutAReply(t *testing.T) {
	w := newFixture(t)
	fault := errors.New("no reply")
	once := w.once("key", `{}`)
	once.Reply = func(db.Link) (db.Reply, error) { return db.Reply{}, fault }
	w.changesNothing(fault, func() error {
		_, _, err := w.db.CreateLink(t.Context(), dbtest.NewLink(w.org), once)
		return err
	})
}

func TestTransact_SurvivesAPanic(t *testing.T) {
	w := newFixture(t)
	once := w.once("key", `{}`)
	once.Reply = func(db.Link) (db.Reply, error) { panic("a fault of the caller's") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		w.create(once)
	}()
	expect(t, "links", w.count("links"), 0)
	w.create(w.once("key", `{}`))
}
