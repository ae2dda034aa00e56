package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// processPatience bounds every wait of these tests: only a fault takes so long.
const processPatience = 40 * time.Second

// builtProgram is the program as its users run it, built once. The file has no
// name any more when it is used, so nothing stays behind, whatever ends the tests.
var builtProgram = sync.OnceValues(func() (*os.File, error) {
	folder, err := os.MkdirTemp("", "passage-crash-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	path := filepath.Join(folder, "passage")
	if report, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "passage/cmd/passage").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, report)
	}
	return os.Open(path)
})

// newCommand is the program with a clean environment, to be started.
func newCommand(t *testing.T, environment []string, args ...string) *exec.Cmd {
	t.Helper()
	skipIfShort(t)
	binary, err := builtProgram()
	if err != nil {
		t.Fatalf("build the program: %v", err)
	}
	command := exec.Command(fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), binary.Fd()), args...)
	command.Dir = t.TempDir() // where a default folder would be made
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !strings.HasPrefix(name, "PASSAGE_") || name == "PASSAGE_BROWSER" {
			command.Env = append(command.Env, entry)
		}
	}
	if os.Geteuid() == 0 {
		command.Env = append(command.Env, "PASSAGE_BROWSER_NO_SANDBOX=1")
	}
	command.Env = append(command.Env, environment...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return command
}

// commandResult is how a command ended.
type commandResult struct {
	stdout, stderr string
	code           int
}

// runCommand runs a command to its end.
func runCommand(t *testing.T, environment []string, stdin string, args ...string) commandResult {
	t.Helper()
	command := newCommand(t, environment, args...)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(stdin), &stdout, &stderr
	tooLong := time.AfterFunc(processPatience, func() { _ = command.Process.Kill() })
	defer tooLong.Stop()
	err := command.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatalf("run passage %v: %v", args, err)
	}
	return commandResult{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

// mustRun runs a command that has to succeed, and returns what it printed.
func mustRun(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	result := runCommand(t, nil, stdin, args...)
	if result.code != 0 {
		t.Fatalf("passage %v ended with %d:\n%s", args, result.code, result.stderr)
	}
	return result.stdout
}

// serverProcess is a server in a process of its own.
type serverProcess struct {
	t          *testing.T
	command    *exec.Cmd
	folder     string
	url, admin string
	log        *processLog
	exited     chan struct{} // closed when the process has been waited for
}

var greetingLine = regexp.MustCompile(`^Passage serves (http\S+), and the dashboard at (http\S+)\.$`)

// startServer starts a server on a data folder and waits until it has said where
// it is. It is killed at the end of the test, and must leave no browser then.
func startServer(t *testing.T, folder string, args ...string) *serverProcess {
	t.Helper()
	return startServerWith(t, nil, folder, append([]string{"serve", "--data", folder, "--addr", "127.0.0.1:0"}, args...)...)
}

func startServerWith(t *testing.T, environment []string, folder string, args ...string) *serverProcess {
	t.Helper()
	s := &serverProcess{t: t, folder: folder, log: &processLog{}, exited: make(chan struct{}),
		command: newCommand(t, environment, args...)}
	s.run()
	return s
}

// run starts the server's command, and waits until it has said where it is.
func (s *serverProcess) run() {
	s.t.Helper()
	t := s.t
	s.command.Stderr = s.log
	stdout, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	greeted := make(chan struct{})
	go func() {
		defer close(s.exited)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			if match := greetingLine.FindStringSubmatch(lines.Text()); match != nil {
				s.url, s.admin = match[1], match[2]
				close(greeted)
			}
		}
		_ = s.command.Wait() // how it ended is read from its state
	}()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("the log of process %d:\n%s", s.pid(), s.log)
		}
	})
	select {
	case <-greeted:
	case <-s.exited:
		t.Fatalf("the server ended with %d", s.command.ProcessState.ExitCode())
	case <-time.After(processPatience):
		t.Fatal("the server does not start")
	}
}

func (s *serverProcess) pid() int { return s.command.Process.Pid }

func (s *serverProcess) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.command.Process.Signal(signal); err != nil {
		s.t.Fatalf("%v: %v", signal, err)
	}
}

// kill ends the process as a power cut would, and makes sure that its browsers
// went with it.
func (s *serverProcess) kill() {
	s.t.Helper()
	_ = s.command.Process.Kill() // gone already is as good
	<-s.exited
	s.noBrowser()
}

// stop asks the process to end and returns its exit code and how long it took.
func (s *serverProcess) stop() (code int, took time.Duration) {
	s.t.Helper()
	begin := time.Now()
	s.signal(syscall.SIGTERM)
	return s.end(), time.Since(begin)
}

// end waits for the process, which has been told to end.
func (s *serverProcess) end() (code int) {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(processPatience):
		s.t.Fatal("the server does not end")
	}
	s.noBrowser()
	return s.command.ProcessState.ExitCode()
}

// browsers are the live processes that work in this server's data folder:
// browsers and what they started.
func (s *serverProcess) browsers() []int {
	s.t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		s.t.Fatal(err)
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		// A dead process that nobody has waited for has no working directory.
		if cwd, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd")); err == nil && strings.HasPrefix(cwd, s.folder+"/") {
			found = append(found, pid)
		}
	}
	return found
}

// browser is the one browser that the server has started.
func (s *serverProcess) browser() int {
	s.t.Helper()
	var own []int
	for _, pid := range s.browsers() {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err == nil && strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", s.pid())) {
			own = append(own, pid)
		}
	}
	if len(own) != 1 {
		s.t.Fatalf("the server has %d browsers, not one", len(own))
	}
	return own[0]
}

func (s *serverProcess) noBrowser() {
	s.t.Helper()
	eventually(s.t, "every browser is gone", func() bool { return len(s.browsers()) == 0 })
}

// eventually looks again and again, for what nothing tells.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), processPatience)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Errorf("in vain waited that %s", what)
			return
		}
	}
}

// processLog is what a process writes to stderr.
type processLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *processLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *processLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
