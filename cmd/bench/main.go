// Command bench compares Passage with the simplest program that does the same:
// sessions with a bare rod script, and the creation of links with bare SQLite
// inserts.
//
// It owns the measurements. It starts the real program (bin/passage serve) and
// drives it over HTTP on loopback; the third-party sites run in its own process,
// where their cost counts for neither side. Its invariants: both sides of a
// comparison alternate in the same run, and everything that it started has ended
// when it returns.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"passage/automation/browser/chrome"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code) //nolint:forbidigo // this is main
}

// run also is what the bench's own children do: it starts itself as the holder
// of a program, and as the bare script.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var err error
	switch {
	case len(args) > 1 && args[0] == holdCommand:
		err = hold(args[1:])
	case len(args) > 1 && args[0] == bareCommand:
		err = runBare(ctx, args[1], os.Stdin, stdout)
	default:
		err = bench(ctx, args, stdout, stderr)
	}
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bench: stopped")
	default:
		fmt.Fprintln(stderr, "bench:", err)
	}
	return 1
}

// settings are the command line.
type settings struct {
	passage   string // the program
	browser   string // the browser's
	noSandbox bool
	folder    string // for the data of this run
	rounds    int
	sessions  int    // a round and side
	compared  []kind // the sites whose sessions are
	browsers  int    // at once, on either side
	claims    int
	waiting   int // sessions that wait for a password
	coding    int // sessions that wait for a one-time code
	rush      int // users who arrive at once
	thinking  int // users who take their time, and as many who don't
	followers int // open at once
	only      string
}

func parse(args []string, stderr io.Writer) (s settings, err error) {
	set := flag.NewFlagSet("bench", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&s.passage, "passage", "bin/passage", "the `program` to measure")
	set.StringVar(&s.browser, "browser", os.Getenv("PASSAGE_BROWSER"), "the browser; else chromium-headless-shell or chromium on PATH")
	set.StringVar(&s.folder, "dir", "", "where the databases and profiles lie; else the system's temporary `folder`")
	set.IntVar(&s.rounds, "rounds", 5, "how often each side has its turn; for sessions on another site than demo, half as often")
	set.IntVar(&s.sessions, "sessions", 8, "sessions in a turn; on another site than demo, half as many")
	sites := set.String("sites", strings.Join(ids(), ","), "measure sessions on `these`, separated by commas")
	set.IntVar(&s.browsers, "browsers", 2*runtime.NumCPU(), "browsers at once, on either side")
	set.IntVar(&s.claims, "claims", 200, "claims to measure")
	set.IntVar(&s.waiting, "waiting", 200, "sessions that wait for a password, for their memory")
	set.IntVar(&s.coding, "coding", 4, "sessions that wait for a one-time code, for their memory")
	set.IntVar(&s.rush, "rush", 200, "users who arrive at once, for far fewer browsers")
	set.IntVar(&s.thinking, "thinking", 40, "users who take their time to enter a code, beside as many who don't")
	set.IntVar(&s.followers, "followers", 5000, "followers that are open at once, half WebSockets and half streams of pages")
	set.StringVar(&s.only, "only", "", "measure only `these`, separated by commas: sessions, claims, links, memory, queue, followers, thinkers")
	if err := set.Parse(args); err != nil {
		return s, err
	}
	for part := range strings.SplitSeq(s.only, ",") {
		if !slices.Contains([]string{"", "sessions", "claims", "links", "memory", "queue", "followers", "thinkers"}, part) {
			return s, fmt.Errorf("-only: there is no %q", part)
		}
	}
	for id := range strings.SplitSeq(*sites, ",") {
		site, ok := kindOf(id)
		if !ok {
			return s, fmt.Errorf("-sites: there is no %q", id)
		}
		s.compared = append(s.compared, site)
	}
	if min(s.rounds, s.sessions, s.browsers, s.claims, s.waiting, s.coding, s.rush, s.thinking, s.followers/followersEach) < 1 {
		return s, errors.New("every number has to be at least 1")
	}
	s.noSandbox = os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1"
	if s.passage, err = filepath.Abs(s.passage); err != nil {
		return s, err
	}
	if _, err := os.Stat(s.passage); err != nil {
		return s, fmt.Errorf("%w (run \"make build\", or name it by -passage)", err)
	}
	s.browser, err = chrome.Find(s.browser)
	return s, err
}

// suite is one run of the bench.
type suite struct {
	settings
	out   io.Writer
	sites []*site
}

func bench(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	chosen, err := parse(args, stderr)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp(chosen.folder, "passage-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	chosen.folder = folder
	sites, err := serveSites()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSites(sites)) }()
	s := &suite{settings: chosen, out: stdout, sites: sites}

	begin := time.Now()
	s.say("Passage bench: %d cores, load %s, %s, data in %s\n", runtime.NumCPU(), load(), filepath.Base(s.browser), filepath.Dir(folder))
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"sessions", s.measureSessions}, {"claims", s.measureClaims}, {"links", s.measureLinks}, {"memory", s.measureMemory}, {"queue", s.measureQueue},
		{"followers", s.measureFollowers}, {"thinkers", s.measureThinkers},
	} {
		if s.only != "" && !strings.Contains(","+s.only+",", ","+part.name+",") {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	s.say("\nTook %s; load %s at the end.\n", time.Since(begin).Round(time.Second), load())
	return nil
}

// say prints. It ignores errors: a closed terminal must not stop the measuring.
func (s *suite) say(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }

// load is the load of the machine, which disturbs every figure.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
