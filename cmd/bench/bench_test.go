package main

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the tests start this program as the bench starts itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == holdCommand {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestCPUTime_IncludesAKilledOrphan(t *testing.T) {
	t.Parallel()
	// The shell's child leaves a child of its own, which works and is killed.
	h, err := start(t.Context(), "/bin/sh", "-c",
		`(sh -c 'echo $$; while :; do :; done' &); read line; sleep 1000`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = h.stop() }()
	orphan, err := h.line()
	if err != nil {
		t.Fatal(err)
	}
	pid := number(t, orphan)
	const enough = 200 * time.Millisecond
	waitFor(t, func() bool { return used(t, h).browsers >= enough })
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return syscall.Kill(pid, 0) != nil })
	if after := used(t, h).browsers; after < enough {
		t.Fatalf("%s are left of an orphan's time of at least %s", after, enough)
	}
}

func TestStop_EndsEveryDescendant(t *testing.T) {
	t.Parallel()
	h, err := start(t.Context(), "/bin/sh", "-c", `(setsid sh -c 'echo $$; sleep 1000' &); sleep 1000`)
	if err != nil {
		t.Fatal(err)
	}
	orphan, err := h.line()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	for _, pid := range []int{number(t, orphan), h.program} {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d lives on", pid)
		}
	}
}

func TestProcessNames_MayContainAnything(t *testing.T) {
	t.Parallel()
	got, ok := parseStat("42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 100 5000 6 18446744073709551615")
	want := process{pid: 42, parent: 7, own: 30 * tick, reaped: 70 * tick, resident: 6 * int64(os.Getpagesize())}
	if !ok || got != want {
		t.Fatalf("%+v, %t, want %+v", got, ok, want)
	}
}

func TestNumbers_MedianAndPercentiles(t *testing.T) {
	t.Parallel()
	s := sample{5, 1, 4, 2}
	if s.median() != 3 || s.at(0.99) != 5 || s.at(0) != 1 || (sample{7}).median() != 7 {
		t.Fatal(s.median(), s.at(0.99), s.at(0))
	}
}

func number(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func used(t *testing.T, h *held) usage {
	t.Helper()
	now, err := h.usage()
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// waitFor looks again at every tick of the clock that is tested.
func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatal("it never came to hold")
		case <-ticker.C:
		}
	}
}
