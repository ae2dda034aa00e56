// Package follow keeps the connections that outlive their request: the
// WebSockets of programs and the streams of pages.
//
// It owns how many of them there may be, how they are taken from the HTTP
// server, and that they end with it. It does not own what is said on them (api,
// connect), nor what is new (db.Follow). Its invariant: one that is slow or gone
// holds nobody up, and costs little and no more with time.
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

// each is how many followers there may be of one link, and of one session: a
// person's devices and tabs, and the merchant's.
const each = 20

// placeWait is how long to wait for a free place.
const placeWait = 10 * time.Second

// Followers are all that are open.
type Followers struct {
	perAddress int
	life       context.Context
	end        context.CancelFunc

	mu     sync.Mutex
	taken  map[string]int // places, by whom or what they count for
	closed bool
	here   sync.WaitGroup
}

// New admits so many followers of one address at once; 0 for any number. Run
// ends them.
func New(perAddress int) *Followers {
	f := &Followers{perAddress: perAddress, taken: map[string]int{}}
	f.life, f.end = context.WithCancel(context.Background())
	return f
}

// Run ends every follower when the context ends, and returns once all are gone.
func (f *Followers) Run(ctx context.Context) error {
	<-ctx.Done()
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.end()
	f.here.Wait()
	return nil
}

// Place is a follower's, until it leaves.
type Place struct {
	of     *Followers
	counts []string // under which keys of taken
}

// Enter gives a request a place, unless there are too many followers of its
// address or of what it follows, which may be left open.
func (f *Followers) Enter(r *http.Request, what string) (*Place, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, automation.ErrStopping
	}
	p := &Place{of: f}
	address, counts := Caller(r)
	if counts && f.perAddress > 0 && f.taken[address] >= f.perAddress || what != "" && f.taken[what] >= each {
		return nil, problem.TooMany(placeWait)
	}
	p.count(address)
	p.count(what)
	f.here.Add(1)
	return p, nil
}

// Name says what is followed where Enter was not told.
func (p *Place) Name(what string) error {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	if p.of.taken[what] >= each {
		return problem.TooMany(placeWait)
	}
	p.count(what)
	return nil
}

func (p *Place) count(key string) {
	p.of.taken[key]++
	p.counts = append(p.counts, key)
}

// Leave frees the place.
func (p *Place) Leave() {
	p.of.mu.Lock()
	defer p.of.mu.Unlock()
	for _, key := range p.counts {
		if p.of.taken[key]--; p.of.taken[key] == 0 {
			delete(p.of.taken, key)
		}
	}
	p.of.here.Done()
}

// Serve calls serve on a goroutine of its own, and frees the place once serve
// returns. The handler returns meanwhile: serve must not use its request, whose
// parts the server and the router reuse. serve gets a context that has the id of
// the request's, and ends with the server.
func (p *Place) Serve(request context.Context, serve func(context.Context)) {
	ctx := problem.Continue(p.of.life, request)
	go func() {
		defer p.Leave()
		serve(ctx)
	}()
}

// Apart contains the panics of a look, and has it done on a goroutine of its
// own: the stack that a query or a page needs goes with it. A follower waits for
// most of its life, and would keep that stack meanwhile.
func Apart(look notify.Poll) notify.Poll {
	return func(ctx context.Context) (again time.Duration, err error) {
		done := make(chan error)
		go func() {
			done <- problem.Contain(func() (err error) {
				again, err = look(ctx)
				return err
			})
		}()
		err = <-done
		return again, err
	}
}
