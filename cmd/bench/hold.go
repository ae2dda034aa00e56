package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// holdCommand makes the bench run a program as its subreaper, which inherits every
// orphan below it. A killed browser leaves children without a parent to wait for
// them. Measuring only the program and its children would miss their usage.
const holdCommand = "hold"

// pidPipe is where the holder reports the program's process id, apart from what the
// program prints.
const pidPipe = 3

// hold reports the program's process id, runs it to its end, and waits for all
// descendants. On a signal it kills the program and its descendants.
func hold(args []string) error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the parent of orphans: %w", err)
	}
	syscall.CloseOnExec(pidPipe)
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM, syscall.SIGINT)
	program, err := os.StartProcess(args[0], args, &os.ProcAttr{ //nolint:gosec // the bench names the program
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return err
	}
	if err := sayPID(program.Pid); err != nil {
		return errors.Join(err, program.Kill())
	}
	empty := make(chan struct{})
	go func() {
		defer close(empty)
		for {
			if _, err := syscall.Wait4(-1, nil, 0, nil); err != nil && !errors.Is(err, syscall.EINTR) {
				return // no process is left
			}
		}
	}()
	select {
	case <-empty:
		return nil
	case <-told:
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if err := killBelow(os.Getpid()); err != nil {
			return err
		}
		select {
		case <-empty:
			return nil
		case <-again.C:
		}
	}
}

func sayPID(pid int) error {
	pipe := os.NewFile(pidPipe, "pid")
	_, err := fmt.Fprintln(pipe, pid)
	return errors.Join(err, pipe.Close())
}

func killBelow(pid int) error {
	tree, err := below(pid)
	if err != nil {
		return err
	}
	for _, p := range tree {
		if p.pid != pid {
			_ = syscall.Kill(p.pid, syscall.SIGKILL) // it may have ended already
		}
	}
	return nil
}

// held is a program under a holder.
type held struct {
	command *exec.Cmd
	program int // its process id
	in      io.WriteCloser
	out     *bufio.Reader
	errors  bytes.Buffer // read after stop
	stopped bool
}

// start runs a program until stop, or until the context ends.
func start(ctx context.Context, args ...string) (*held, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	h := &held{command: exec.CommandContext(ctx, self, append([]string{holdCommand}, args...)...)} //nolint:gosec // itself
	h.command.Cancel = func() error { return h.command.Process.Signal(syscall.SIGTERM) }
	h.command.WaitDelay = 10 * time.Second
	h.command.Stderr = &h.errors
	// A process group of its own: Ctrl-C reaches the bench alone, which then stops
	// the others in order. Pdeathsig ends it with the bench in any case.
	h.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if h.in, err = h.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := h.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	h.out = bufio.NewReader(out)
	said, say, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer said.Close() //nolint:errcheck // it was only read
	h.command.ExtraFiles = []*os.File{say}
	if err := errors.Join(h.command.Start(), say.Close()); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscan(said, &h.program); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", args[0], err), h.stop())
	}
	return h, nil
}

// line reads the next line that the program prints.
func (h *held) line() (string, error) {
	line, err := h.out.ReadString('\n')
	return strings.TrimSpace(line), err
}

// stop ends the program and its descendants.
func (h *held) stop() error {
	if h.stopped {
		return nil
	}
	h.stopped = true
	if err := h.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = h.command.Wait() // a holder that was told to end says nothing of interest
	return nil
}

// blame stops a program after an error, and adds the program's output to it.
func (h *held) blame(err error) error {
	return errors.Join(err, h.stop(), errors.New(strings.TrimSpace(h.errors.String())))
}

// usage is the CPU time of a program and its descendants so far.
type usage struct {
	own      time.Duration // the program
	browsers time.Duration // all descendants, ended ones included
	alive    int           // processes
}

func (u usage) whole() time.Duration { return u.own + u.browsers }

func (u usage) minus(before usage) usage {
	return usage{own: u.own - before.own, browsers: u.browsers - before.browsers}
}

func (h *held) usage() (usage, error) {
	tree, err := below(h.command.Process.Pid)
	if err != nil {
		return usage{}, err
	}
	var used usage
	for n, p := range tree {
		used.browsers += p.reaped
		switch {
		case n == 0: // the holder itself does not count
		case p.pid == h.program:
			used.own = p.own
		default:
			used.browsers += p.own
		}
	}
	used.alive = len(tree)
	return used, nil
}

// atRest is how long a program must use no CPU to count as idle; on a busy machine
// even a working one pauses.
const atRest = 500 * time.Millisecond

// awaitIdle waits until a number of processes is left (0: any) and nothing works
// any more, and returns what was used until then.
func (h *held) awaitIdle(ctx context.Context, alive int) (usage, error) {
	ticker := time.NewTicker(atRest / 5)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var last usage
	since := time.Now()
	for {
		now, err := h.usage()
		if err != nil {
			return now, err
		}
		if now.alive != last.alive || now.whole()-last.whole() > tick || (alive != 0 && now.alive != alive) {
			last, since = now, time.Now()
		}
		if time.Since(since) >= atRest {
			return now, nil
		}
		select {
		case <-ctx.Done():
			return now, fmt.Errorf("%d processes do not come to rest: %w", now.alive, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}
