package chrome

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	"golang.org/x/sys/unix"
)

// groupOf lists the processes of a group that are there or are zombies.
func groupOf(t *testing.T, leader int) (states []string) {
	t.Helper()
	all, err := procfs.AllProcs()
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range all {
		if stat, err := process.Stat(); err == nil && stat.PGRP == leader { // it may end meanwhile
			states = append(states, fmt.Sprintf("%d %s %s", stat.PID, stat.Comm, stat.State))
		}
	}
	return states
}

// A process that inherits orphans, as process 1 does, has to wait for them.
func TestProcess_LeavesNoZombies(t *testing.T) {
	t.Parallel()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	l, err := NewLauncher(Options{Path: os.Getenv("PASSAGE_BROWSER"), NoSandbox: os.Getenv("PASSAGE_BROWSER_NO_SANDBOX") == "1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(*Process){
		"closed": func(*Process) {},
		"killed": func(p *Process) { _ = unix.Kill(p.PID(), unix.SIGKILL); <-p.Life().Done() },
	} {
		p, err := l.Start(Locale{})
		if err != nil {
			t.Fatal(err)
		}
		look := time.NewTicker(10 * time.Millisecond)
		for begin := time.Now(); len(groupOf(t, p.PID())) < 3 && time.Since(begin) < 30*time.Second; {
			<-look.C // until it has started children
		}
		look.Stop()
		end(p)
		p.Close()
		if left := groupOf(t, p.PID()); len(left) > 0 {
			t.Errorf("%s: left are %q", name, left)
		}
	}
}
