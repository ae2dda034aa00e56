package browser

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-rod/rod/lib/cdp"
)

const (
	launchWithin = 30 * time.Second
	width        = 1280
	height       = 800
)

// process is one browser process with everything it started: a process group
// of its own, a profile folder, the pipe.
type process struct {
	cmd    *exec.Cmd
	pipe   *pipe
	client *cdp.Client
	stderr *tail
	exited chan struct{} // closed when the process has been waited for
	reason string        // why it ended; read after exited
}

// switches are the flags of every browser. The first block are rod's defaults
// that matter here: without site isolation, a cross-site iframe is reached
// through its page. The second keeps the browser quiet: nothing is fetched that
// the page did not ask for, nothing is updated, reported or cached on disk. The
// third closes the ways out past the proxy.
func switches(o Options, profile, proxy string) []string {
	flags := []string{
		"--remote-debugging-pipe", "--user-data-dir=" + profile,
		"--no-first-run", "--no-startup-window", fmt.Sprintf("--window-size=%d,%d", width, height),
		"--disable-site-isolation-trials",
		"--disable-features=" + strings.Join([]string{
			"site-per-process", "IsolateOrigins", "IsolateSandboxedIframes", // one renderer for the page and its frames
			"BackForwardCache", "Prerender2", "PaintHolding", // a left document is gone, a new one can be used at once
			"WebRtcHideLocalIpsWithMdns", // joins a multicast group to do so; with the policy below there is nothing to hide
			"Translate", "MediaRouter", "OptimizationHints", "AutofillServerCommunication",
		}, ","),
		"--enable-features=NetworkServiceInProcess2", // Linux does not sandbox its process anyway, and a session pays 7 % for it
		"--allow-pre-commit-input", "--disable-dev-shm-usage", "--disable-hang-monitor", "--disable-prompt-on-repost",
		"--disable-ipc-flooding-protection", "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
		"--disable-backgrounding-occluded-windows", "--enable-automation", "--force-color-profile=srgb", "--hide-scrollbars", "--mute-audio",

		"--disable-background-networking", "--disable-breakpad", "--disable-crash-reporter", "--disable-component-update", "--disable-default-apps",
		"--disable-extensions", "--disable-component-extensions-with-background-pages", "--disable-client-side-phishing-detection",
		"--disable-sync", "--disable-domain-reliability", "--metrics-recording-only", "--no-default-browser-check", "--no-pings",
		"--password-store=basic", "--use-mock-keychain", "--disable-gpu", "--log-level=2",

		"--proxy-server=http://" + proxy, "--proxy-bypass-list=<-loopback>",
		"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-quic",
		"--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp",
	}
	if !o.Headful {
		flags = append(flags, "--headless")
	}
	if o.NoSandbox {
		flags = append(flags, "--no-sandbox")
	}
	return flags // and no address: it would open a second page, with a renderer that nobody uses
}

// start runs the browser's program with its profile in an existing folder.
func start(o Options, profile, proxy string) (*process, error) {
	commandsOut, commandsIn, err := os.Pipe() // the browser reads from the first
	if err != nil {
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	defer func() { _ = commandsOut.Close() }()
	repliesOut, repliesIn, err := os.Pipe() // the browser writes to the second
	if err != nil {
		_ = commandsIn.Close()
		return nil, fmt.Errorf("open pipe: %w", err)
	}
	defer func() { _ = repliesIn.Close() }()

	p := &process{pipe: newPipe(commandsIn, repliesOut), stderr: &tail{}, exited: make(chan struct{})}
	p.cmd = exec.Command(o.Path, switches(o, profile, proxy)...) //nolint:gosec // the operator names the program
	p.cmd.Dir = profile
	p.cmd.Env = environment(profile, o.Headful)
	p.cmd.ExtraFiles = []*os.File{commandsOut, repliesIn} // 3 and 4
	p.cmd.Stderr = p.stderr
	p.cmd.WaitDelay = 100 * time.Millisecond // a child that keeps stderr open must not hide the browser's end
	// The group makes sure that killing the browser leaves none of its children.
	// The death signal is a second line behind the pipe, which already ends the
	// browser when we do.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.pipe.Close()
		return nil, fmt.Errorf("start browser: %w", err)
	}
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait()
		p.reason = p.cmd.ProcessState.String()
	}()
	p.client = cdp.New().Start(p.pipe)
	return p, nil
}

// kill ends the whole process group and waits for the browser to be gone.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // gone already is as good
	<-p.exited
	p.pipe.Close()
}

// longestTemp is the longest profile path that can be the browser's folder for
// temporary files: full Chromium puts a socket in there, whose path is limited.
const longestTemp = 60

// environment is what the browser may know of ours: no key, no setting of
// Passage. Its temporary files go into its profile, and with it away.
func environment(profile string, headful bool) []string {
	var env []string
	if len(profile) <= longestTemp {
		env = append(env, "TMPDIR="+profile)
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "PATH", name == "HOME", name == "LANG", name == "TZ", name == "LD_LIBRARY_PATH",
			strings.HasPrefix(name, "LC_"), strings.HasPrefix(name, "FONTCONFIG_"), strings.HasPrefix(name, "XDG_CACHE"):
			env = append(env, entry)
		case headful && slices.Contains(displays, name):
			env = append(env, entry)
		}
	}
	return env
}

// tail keeps the end of what the browser writes to stderr, in memory only, to
// say why one did not start.
type tail struct {
	mu   sync.Mutex
	last []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const keep = 2 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = append(t.last, b...)
	if extra := len(t.last) - keep; extra > 0 {
		t.last = t.last[extra:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.last))
}

// merge returns a context that ends with ctx or with the other one, and then
// has the cause of the one that ended first.
func merge(ctx, other context.Context) (context.Context, context.CancelFunc) {
	merged, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return merged, func() { stop(); cancel(nil) }
}
