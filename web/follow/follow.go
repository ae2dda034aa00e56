// Package follow keeps the connections that outlive their request: the
// WebSockets of programs and the streams of pages.
//
// It owns how many of them there may be, how they are taken over from the HTTP
// server, and that they end with it. It does not own what is sent on them (api,
// connect), nor what is new (db.Follow). Its invariant: a connection that is slow
// or dead delays no other, and its memory does not grow.
package follow

import (
	"context"
	"net/http"
	"sync"
	"time"

	"passage/automation"
	"passage/db/notify"
	"passage/web/problem"
)

// maxPerKey is how many followers of one link, or of one session, there may be:
// the devices and tabs of its person, and the merchant's.
const maxPerKey = 20

// retryAfter is when a refused caller should try again.
const retryAfter = 10 * time.Second

// Followers counts the open connections.
type Followers struct {
	perAddress int
	running    context.Context
	stop       context.CancelFunc

	mu     sync.Mutex
	counts map[string]int // open connections by address, and by what they follow
	closed bool
	open   sync.WaitGroup
}

// New allows perAddress connections of one address at a time, or any number if it
// is 0.
func New(perAddress int) *Followers {
	f := &Followers{perAddress: perAddress, counts: map[string]int{}}
	f.running, f.stop = context.WithCancel(context.Background())
	return f
}

// Run ends every connection when the context ends, and returns when all have
// ended.
func (f *Followers) Run(ctx context.Context) error {
	<-ctx.Done()
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.stop()
	f.open.Wait()
	return nil
}

// Slot is the place of one connection, from Enter to Leave.
type Slot struct {
	followers *Followers
	keys      []string // of counts
}

// Enter counts a request under its address and under a key: what it follows. The
// key may be empty; see Count. It fails where either has too many connections, or
// the server is stopping.
func (f *Followers) Enter(r *http.Request, key string) (*Slot, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, automation.ErrStopping
	}
	s := &Slot{followers: f}
	address, counts := Caller(r)
	if counts && f.perAddress > 0 && f.counts[address] >= f.perAddress || key != "" && f.counts[key] >= maxPerKey {
		return nil, problem.TooMany(retryAfter)
	}
	s.add(address)
	s.add(key)
	f.open.Add(1)
	return s, nil
}

// Count says what is followed where Enter was not told.
func (s *Slot) Count(key string) error {
	s.followers.mu.Lock()
	defer s.followers.mu.Unlock()
	if s.followers.counts[key] >= maxPerKey {
		return problem.TooMany(retryAfter)
	}
	s.add(key)
	return nil
}

func (s *Slot) add(key string) {
	s.followers.counts[key]++
	s.keys = append(s.keys, key)
}

// Leave frees the slot.
func (s *Slot) Leave() {
	s.followers.mu.Lock()
	defer s.followers.mu.Unlock()
	for _, key := range s.keys {
		if s.followers.counts[key]--; s.followers.counts[key] == 0 {
			delete(s.followers.counts, key)
		}
	}
	s.followers.open.Done()
}

// Serve calls serve on a goroutine of its own, and frees the slot when serve
// returns. The handler returns meanwhile: serve must not use its request, whose
// parts the server and the router reuse. serve gets a context that has the id of
// the request's, and ends with the server.
func (s *Slot) Serve(request context.Context, serve func(context.Context)) {
	ctx := problem.WithRequestID(s.followers.running, request)
	go func() {
		defer s.Leave()
		serve(ctx)
	}()
}

// Isolate makes a poll function recover from panics, and runs each call on a
// goroutine of its own. A follower waits for most of its life; the large stack of
// a query or a page is freed with that goroutine.
func Isolate(poll notify.Poll) notify.Poll {
	return func(ctx context.Context) (again time.Duration, err error) {
		done := make(chan error)
		go func() {
			done <- problem.RecoverToError(func() (err error) {
				again, err = poll(ctx)
				return err
			})
		}()
		err = <-done
		return again, err
	}
}
