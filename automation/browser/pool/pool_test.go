package pool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"passage/automation/browser"
	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// options are those of every test's pool.
func options(t *testing.T) Options {
	t.Helper()
	return Options{
		Chrome: chrome.Options{
			Path:      os.Getenv("PASSAGE_BROWSER"),
			NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1",
			Dir:       t.TempDir(),
		},
		Browsers: 2,
	}
}

func newPool(t *testing.T, o Options) *Pool {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser")
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// eventually waits until other goroutines make a condition true.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("did not happen: %s", what)
		}
	}
}

func wantCode(t *testing.T, err error, code outcome.Code) *outcome.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	got := outcome.From(err)
	if got.Code != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	return got
}

// run runs a pool until the test ends.
func run(t *testing.T, p *Pool) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func TestPool_ServesTheQueueInOrderAndTellsPositions(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Queue = 1, 3
	p := newPool(t, o)
	first, err := p.Acquire(t.Context(), browser.Policy{}, func(int) { t.Error("a position without a queue") })
	if err != nil {
		t.Fatal(err)
	}
	type arrival struct {
		n         int
		positions []int
		err       error
	}
	served := make(chan arrival, 3)
	leave, cancel := context.WithCancelCause(t.Context())
	errLeft := errors.New("left the queue")
	for n := range 3 {
		ctx := t.Context()
		if n == 1 {
			ctx = leave
		}
		go func() {
			var positions []int
			b, err := p.Acquire(ctx, browser.Policy{}, func(position int) { positions = append(positions, position) })
			served <- arrival{n, positions, err}
			if err == nil {
				b.Close()
			}
		}()
		eventually(t, "queued", func() bool { return p.Stats().Queued == n+1 })
	}
	if _, err := p.Acquire(t.Context(), browser.Policy{}, nil); !errors.Is(err, ErrQueueFull) {
		t.Fatalf("a full queue: %v", err)
	}
	cancel(errLeft)
	if a := <-served; a.n != 1 || a.err != errLeft || !slices.Equal(a.positions, []int{2, 0}) { //nolint:errorlint // unchanged
		t.Errorf("%+v", a)
	}
	first.Close()
	if a := <-served; a.n != 0 || a.err != nil || !slices.Equal(a.positions, []int{1, 0}) {
		t.Errorf("%+v", a)
	}
	if a := <-served; a.n != 2 || a.err != nil || a.positions[0] != 3 || !slices.IsSortedFunc(a.positions, func(x, y int) int { return y - x }) || a.positions[len(a.positions)-1] != 0 {
		t.Errorf("%+v", a)
	}
	eventually(t, "slot given back", func() bool { return p.Stats() == Stats{Browsers: 1, Workers: 1, Refused: 1} })
}

func TestPool_UsesAWarmBrowserOnceAndReplacesIt(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Warm = 2, 1
	p := newPool(t, o)
	stop := run(t, p)
	eventually(t, "a warm browser", func() bool { return p.Stats().Warm == 1 })
	p.mu.Lock()
	warm := p.warm[0].PID()
	p.mu.Unlock()
	b, err := p.Acquire(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.PID() != warm {
		t.Error("the warm browser was not used")
	}
	eventually(t, "the next warm browser", func() bool { return p.Stats() == Stats{Browsers: 2, Workers: 2, Busy: 1, Working: 1, Warm: 1} })
	b.Close()
	p.mu.Lock()
	if p.warm[0].PID() == warm {
		t.Error("a browser was used twice")
	}
	_ = syscall.Kill(p.warm[0].PID(), syscall.SIGKILL) // it dies before it is used
	dead := p.warm[0].PID()
	p.mu.Unlock()
	b, err = p.Acquire(t.Context(), browser.Policy{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b.PID() == dead {
		t.Error("a dead browser was handed out")
	}
	stop()
	wantCode(t, b.Cause(), outcome.ConnectionFailed) // the browser in use was closed with the pool
	if _, err := p.Acquire(t.Context(), browser.Policy{}, nil); err == nil {
		t.Error("a closed pool gave a browser")
	}
	if entries, _ := os.ReadDir(o.Chrome.Dir); len(entries) != 0 {
		t.Errorf("%d profiles are left", len(entries))
	}
}

func TestPool_StartsABrowserForAnotherLocale(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Warm = 1, 1
	p := newPool(t, o)
	defer run(t, p)()
	eventually(t, "a warm browser", func() bool { return p.Stats().Warm == 1 })
	want := browser.Locale{Language: "es-US", Zone: "America/New_York"}
	b, err := p.Acquire(t.Context(), browser.Policy{Locale: want}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Locale(); got != want {
		t.Errorf("the browser has %v, want %v", got, want)
	}
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1, Busy: 1, Working: 1}) {
		t.Errorf("the pool has %+v", got)
	}
	b.Close()
}

func TestPool_RefusesTheQueueAtShutdown(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers, o.Queue = 1, 1
	p := newPool(t, o)
	stop := run(t, p)
	if _, err := p.Acquire(t.Context(), browser.Policy{}, nil); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := p.Acquire(t.Context(), browser.Policy{}, nil)
		ended <- err
	}()
	eventually(t, "queued", func() bool { return p.Stats().Queued == 1 })
	stop()
	wantCode(t, <-ended, outcome.ConnectionFailed)
}

func TestPool_FreesTheSlotOfABrowserThatCannotStart(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Browsers = 1
	o.Chrome.Path = filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(o.Chrome.Path, []byte("#!/bin/sh\necho no display at all >&2\nexit 3\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	p := newPool(t, o)
	for range 2 {
		_, err := p.Acquire(t.Context(), browser.Policy{}, nil)
		e := wantCode(t, err, outcome.ConnectionFailed)
		if !strings.Contains(e.Error(), "no display at all") {
			t.Errorf("%v", e)
		}
	}
	if got := p.Stats(); got != (Stats{Browsers: 1, Workers: 1}) {
		t.Errorf("%+v", got)
	}
}

func TestNew_ReportsEveryErrorInTheOptions(t *testing.T) {
	t.Parallel()
	_, err := New(Options{Chrome: chrome.Options{Path: "/no/such/browser", Forbidden: []string{"nonsense"}, NoSandbox: true}, Browsers: -1})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"PASSAGE_BROWSER", "workers", "nonsense", "folder"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not mention %q", err, part)
		}
	}
}
