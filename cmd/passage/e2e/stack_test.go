package e2e

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/browser/pool"
	"passage/automation/sandbox"
	"passage/cmd/passage/config"
	"passage/cmd/passage/console"
	"passage/cmd/passage/demo"
	"passage/db"
)

// patience is how long a test waits for what has to come. Nothing waits that
// long unless something is broken: waiting ends with a signal.
const patience = time.Minute

// stack is the demo as it ships, at addresses of the system's choice: server,
// carrier, shop. Beside its carrier there are the sandbox sites of the other
// integrations. Tests reach it as outsiders do.
type stack struct {
	*demo.Demo
	sites    *sandboxSites
	folder   string
	scripts  string // the operator's own
	logs     *journal
	logIns   *logIns
	redesign redesign // of the carrier
	merchant
	people   *pool.Pool // browsers of the persons, not of the server
	stop     func() error
	status   *sql.Stmt // of a session
	greeting string    // what passage serve printed

	operator struct {
		sync.Mutex
		desk
	}
}

// special is how a stack differs from the one that most tests share.
type special struct {
	variants []variant            // of integrations, beside those that every stack has
	idle     time.Duration        // how long a session waits for an answer; 0: as it ships
	browsers *config.BrowserFlags // nil: the four that every stack has
}

func (s special) flags() config.BrowserFlags {
	if s.browsers != nil {
		return *s.browsers
	}
	return testBrowser(4)
}

// journal keeps what is logged.
type journal struct {
	mu    sync.Mutex
	text  bytes.Buffer
	waits []wait
}

// wait is for a line that holds all parts; done is closed when it comes.
type wait struct {
	parts []string
	done  chan struct{}
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waits = slices.DeleteFunc(j.waits, func(w wait) bool {
		for _, part := range w.parts {
			if !bytes.Contains(line, []byte(part)) {
				return false
			}
		}
		close(w.done)
		return true
	})
	return j.text.Write(line)
}

// await returns a function that waits until a line is logged, from now on, that
// holds all parts.
func (j *journal) await(t *testing.T, parts ...string) func() {
	t.Helper()
	w := wait{parts, make(chan struct{})}
	j.mu.Lock()
	j.waits = append(j.waits, w)
	j.mu.Unlock()
	return func() {
		t.Helper()
		select {
		case <-w.done:
		case <-time.After(patience):
			t.Fatalf("nothing was logged with %q", parts)
		}
	}
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// startStack makes a stack and lets it run until its stop is called.
func startStack(ctx context.Context, folder string, with special) (*stack, error) {
	s := &stack{folder: filepath.Join(folder, "data"), scripts: filepath.Join(folder, "integrations"), logs: &journal{}, logIns: &logIns{},
		sites: startSandboxSites()}
	err := s.sites.vary(s.scripts, with.variants)
	if err != nil {
		return nil, errors.Join(err, s.sites.close())
	}
	out := &console.Console{Stdout: io.Discard, Stderr: io.Discard,
		Logger: slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	flags := with.flags()
	options := demo.Options{Addr: "127.0.0.1:0", Data: s.folder, Browser: flags, Integrations: config.IntegrationsFlag{Integrations: s.scripts}, Sites: s.sites.sites,
		Carrier: sandbox.CarrierOptions{Slow: 200 * time.Millisecond, Approval: 500 * time.Millisecond}}
	if s.Demo, err = demo.Open(ctx, options, out); err != nil {
		return nil, errors.Join(err, s.sites.close())
	}
	s.OnClose(s.sites.close)
	if s.people, err = flags.NewPool(chrome.Options{Dir: filepath.Join(folder, "people")}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.merchant = merchant{base: s.PublicURL.String(), token: s.Key}
	site, frame := &s.Carrier.SiteListener, &s.Carrier.FrameListener
	site.Handler = s.redesign.of(s.logIns.count(site.Handler))
	frame.Handler = s.redesign.of(frame.Handler)
	s.Shop.Handler = s.notifyAfter(s.Shop.Handler)
	if with.idle > 0 {
		s.Runner.Limits.Idle = with.idle
	}
	s.begin(ctx)
	return s, nil
}

// testBrowser is the browser that this machine's settings name.
func testBrowser(slots int) config.BrowserFlags {
	choice := config.BrowserChoice{Browser: os.Getenv("PASSAGE_BROWSER"), BrowserNoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1"}
	return config.BrowserFlags{BrowserChoice: choice, Browsers: slots, BrowserLine: 100}
}

// begin starts what startStack made, and readies stop.
func (s *stack) begin(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 2)
	go func() {
		ended <- s.Play(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil })
	}()
	go func() { ended <- s.people.Run(ctx) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return errors.Join(<-ended, <-ended, s.Close())
	})
}

// smokeTest is the one test of -short that starts a server: a link from its key
// to its result, in a browser.
const smokeTest = "TestSandbox_TakesATestLinkFromItsKeyToItsResult"

// skipIfShort leaves a test out of -short, unless it is the smoke test. Every
// function that starts a server or the program calls it.
func skipIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() && t.Name() != smokeTest {
		t.Skip("starts a server or the program")
	}
}

// ownStack is a stack that no other test sees.
func ownStack(t *testing.T) *stack {
	t.Helper()
	return specialStack(t, t.TempDir(), special{})
}

// specialStack is a stack of a test's own on a folder that may have been used
// before.
func specialStack(t *testing.T, folder string, with special) *stack {
	t.Helper()
	skipIfShort(t)
	s, err := startStack(context.WithoutCancel(t.Context()), folder, with)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

// common is the stack that most tests share: each works with a link and an
// account of its own, and the carrier shares nothing between two accounts.
var common struct {
	sync.Mutex
	folder string
	stack  *stack
}

func sharedStack(t *testing.T) *stack {
	t.Helper()
	skipIfShort(t)
	common.Lock()
	defer common.Unlock()
	if common.stack != nil {
		return common.stack
	}
	var err error
	if common.folder, err = os.MkdirTemp("", "passage-test-"); err != nil {
		t.Fatal(err)
	}
	if common.stack, err = startStack(context.WithoutCancel(t.Context()), common.folder, special{}); err != nil {
		t.Fatal(err)
	}
	return common.stack
}

func TestMain(m *testing.M) {
	code := m.Run()
	if common.stack != nil {
		if err := common.stack.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the shared stack:", err)
			code = 1
		}
	}
	if err := os.RemoveAll(common.folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// shopNotified is notified when the demo's shop has got a webhook.
const shopNotified = "the shop heard"

func (s *stack) notifyAfter(shop http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shop.ServeHTTP(w, r)
		if r.Method == http.MethodPost {
			s.DB.Notify(shopNotified)
		}
	})
}

// until waits until a change of the link makes something true.
func (s *stack) until(t *testing.T, linkID, what string, holds func() bool) {
	t.Helper()
	changes, stop := s.DB.Subscribe(linkID)
	defer stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-changes:
		case <-ctx.Done():
			t.Fatalf("%s: did not come", what)
		}
	}
}

// sessionOf is the session that a link is at now.
func (s *stack) sessionOf(t *testing.T, link created) db.Session {
	t.Helper()
	stored, err := s.DB.LinkByCode(t.Context(), link.ClaimCode)
	if err != nil {
		t.Fatal(err)
	}
	session, _, err := s.DB.Session(t.Context(), stored.CurrentSessionID)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// prompts is how many questions of a kind a session asked.
func (s *stack) prompts(t *testing.T, sessionID, kind string) (count int) {
	t.Helper()
	all, err := s.DB.Prompts(t.Context(), sessionID)
	if err != nil {
		t.Fatal(err)
	}
	for _, prompt := range all {
		if prompt.Kind == kind {
			count++
		}
	}
	return count
}

// expect compares two values that print alike only if they are alike.
func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
