package browser

import (
	"context"
	"sync"
	"time"
)

// How long a list may stay as it is before its end counts as reached: while
// nothing is loading, and while the page waits for an answer of the site.
const (
	scrollPatience  = 2 * time.Second
	loadingPatience = 20 * time.Second
)

// Scroll scrolls the page, or the element of a selector, to its end. It reports
// whether more content appeared. It waits for that for two seconds, and as long as
// the site has not answered a request that the scrolling caused, for twenty.
func (p *Page) Scroll(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "scroll", selector)
}

// Step scrolls by four fifths of the visible height, and reports whether it did.
// At the end it waits for more content as Scroll does.
func (p *Page) Step(ctx context.Context, selector string) (bool, error) {
	return p.scroll(ctx, "step", selector)
}

func (p *Page) scroll(ctx context.Context, op, selector string) (bool, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	p.frame.browser.requests.follow()
	defer p.frame.browser.requests.forget()
	started := time.Now()
	c := call{Op: op, X: float64(scrollPatience.Milliseconds())}
	if selector != "" {
		c.Selectors = []string{selector}
	}
	for ; ; c.On = true {
		c.X = min(c.X, float64(max(0, b.remaining()-100)))
		a, err := p.frame.ask(b, c)
		if err != nil {
			return false, err
		}
		p.noteMatch(a, c.Selectors, 0)
		quiet := p.frame.browser.requests.quiet()
		if a.isTrue() || c.X == 0 || quiet >= scrollPatience || time.Since(started) > loadingPatience {
			return a.isTrue(), nil
		}
		c.X = float64((scrollPatience - quiet).Milliseconds()) + 1
	}
}

// requests are the requests that began since follow and are under way.
type requests struct {
	mu    sync.Mutex
	open  map[string]bool // nil: nobody wants to know
	ended time.Time       // when the last one ended
}

func (r *requests) follow() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.ended = map[string]bool{}, time.Time{}
}

func (r *requests) start(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open != nil {
		r.open[id] = true
	}
}

func (r *requests) end(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open[id] {
		delete(r.open, id)
		r.ended = time.Now()
	}
}

func (r *requests) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open, r.ended = nil, time.Time{}
}

// quiet returns for how long no request has been under way.
func (r *requests) quiet() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) > 0 {
		return 0
	}
	return time.Since(r.ended)
}
