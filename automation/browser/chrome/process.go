package chrome

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/go-rod/rod/lib/cdp"

	"passage/automation/outcome"
)

// Process is one browser process with everything that belongs to it alone: a
// process group, a profile folder, the pipe, the egress proxy.
type Process struct {
	cmd      *exec.Cmd
	pipe     *pipe
	client   *cdp.Client
	stderr   *tail
	exited   chan struct{} // closed when the process has been waited for and its group killed
	reason   string        // why it ended; read after exited
	proxy    *proxy
	profiles *profiles
	profile  string
	headful  bool

	onRequests atomic.Pointer[func(RequestEvent)]

	life     context.Context // ends when the process can no longer be used; its cause says why
	end      context.CancelCauseFunc
	watchers sync.WaitGroup
	closing  sync.Once
}

// Start starts a browser process of a locale, with a new profile and a proxy that
// refuses everything until Allow is called. The caller closes the process.
func (l *Launcher) Start(locale Locale) (*Process, error) {
	profile, err := l.profiles.create()
	if err != nil {
		return nil, err
	}
	proxy, err := newProxy(l.forbidden, l.options.Logger)
	if err != nil {
		l.profiles.remove(profile)
		return nil, err
	}
	p := &Process{proxy: proxy, profiles: l.profiles, profile: profile, headful: l.options.Headful, stderr: &tail{}, exited: make(chan struct{})}
	if err := p.start(l.options, locale.OrDefault()); err != nil {
		proxy.close()
		l.profiles.remove(profile)
		return nil, err
	}
	p.life, p.end = context.WithCancelCause(context.Background())
	p.watchers.Go(p.watchExit)
	return p, nil
}

// start runs the browser's program and connects to it.
func (p *Process) start(o Options, l Locale) error {
	commandsOut, commandsIn, err := os.Pipe() // the browser reads from the first
	if err != nil {
		return fmt.Errorf("open pipe: %w", err)
	}
	defer func() { _ = commandsOut.Close() }()
	repliesOut, repliesIn, err := os.Pipe() // the browser writes to the second
	if err != nil {
		_ = commandsIn.Close()
		return fmt.Errorf("open pipe: %w", err)
	}
	defer func() { _ = repliesIn.Close() }()

	p.pipe = newPipe(commandsIn, repliesOut)
	p.cmd = exec.Command(o.Path, flags(o, l, p.profile, p.proxy.address())...) //nolint:gosec // the operator names the program
	p.cmd.Dir = p.profile
	p.cmd.Env = environment(p.profile, l, o.Headful)
	p.cmd.ExtraFiles = []*os.File{commandsOut, repliesIn} // 3 and 4
	p.cmd.Stderr = p.stderr
	p.cmd.WaitDelay = 100 * time.Millisecond // a child that keeps stderr open must not hide the browser's end
	// The process group makes sure that killing the browser leaves none of its
	// children. The death signal backs up the pipe, which already ends the
	// browser when this process ends.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.pipe.Close()
		return fmt.Errorf("start browser: %w", err)
	}
	sacrifice(p.PID())
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait()
		p.reason = p.cmd.ProcessState.String()
		killGroup(p.PID())
	}()
	p.client = cdp.New().Start(filteredPipe{p.pipe, p.takeRequest})
	return nil
}

// Allow lets the browser reach what the rules list. It is called once.
func (p *Process) Allow(rules *Rules) { p.proxy.allow(rules) }

// RefusedHost returns the host that the proxy last refused since
// ForgetRefused, or "".
func (p *Process) RefusedHost() string {
	hosts := p.RefusedHosts()
	if len(hosts) == 0 {
		return ""
	}
	return hosts[len(hosts)-1]
}

// RefusedHosts returns the hosts that the proxy refused since ForgetRefused, the
// last one at the end.
func (p *Process) RefusedHosts() []string {
	u := &p.proxy.unreached
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.refused)
}

// DialProblem says why the proxy could not connect to a host since ForgetRefused,
// or "" if it could. The host is "name" or "name:port" of an address with a scheme.
func (p *Process) DialProblem(scheme, host string) string {
	u := &p.proxy.unreached
	u.mu.Lock()
	defer u.mu.Unlock()
	port := map[string]string{"http": "80", "https": "443"}[scheme]
	return u.failed[canonical(withPort(host, port))]
}

// ForgetRefused makes RefusedHosts and DialProblem return nothing until the proxy
// fails again.
func (p *Process) ForgetRefused() { p.proxy.unreached.clear() }

// PID returns the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stderr returns the end of what the process wrote to standard error.
func (p *Process) Stderr() string { return p.stderr.String() }

// Life returns a context that ends when the process can no longer be used. Its
// cause says why, and is a CONNECTION_FAILED.
func (p *Process) Life() context.Context { return p.life }

// Fail ends the process's life. Only the first cause counts.
func (p *Process) Fail(cause *outcome.Error) { p.end(cause) }

// Lost returns the cause of the process's end after a command has failed because
// of it, which may be a moment before the end is known.
func (p *Process) Lost() error {
	wait := time.NewTimer(time.Second)
	defer wait.Stop()
	select {
	case <-p.life.Done():
	case <-wait.C:
		p.end(outcome.New(outcome.ConnectionFailed, "the browser does not take commands"))
	}
	return context.Cause(p.life)
}

// Close kills the process with its whole group, and removes the proxy and the profile.
// Only the first call does anything; all return when it is done.
func (p *Process) Close() {
	p.closing.Do(func() {
		p.end(outcome.New(outcome.ConnectionFailed, "the browser was closed"))
		p.Kill()
		<-p.exited
		p.pipe.Close()
		p.watchers.Wait()
		p.proxy.close()
		p.profiles.remove(p.profile)
	})
}

// Kill ends the process with its group, unless it has ended by itself: then the
// number of its group may belong to others.
func (p *Process) Kill() {
	select {
	case <-p.exited:
	default:
		_ = syscall.Kill(-p.PID(), syscall.SIGKILL)
	}
}

func (p *Process) watchExit() {
	<-p.exited
	p.end(outcome.New(outcome.ConnectionFailed, "the browser process ended: %s", p.reason))
}

// Profile returns the folder of the process's profile.
func (p *Process) Profile() string { return p.profile }

// ProxyAddress returns the address of the process's egress proxy.
func (p *Process) ProxyAddress() string { return p.proxy.address() }
