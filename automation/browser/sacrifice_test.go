package browser

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/procfs"
)

func TestBrowser_IsKilledBeforeThisProgramIfMemoryIsShort(t *testing.T) {
	t.Parallel()
	b := open(t)
	all, err := procfs.AllProcs()
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		t.Fatal(err)
	}
	ours, checked := number(t, own), 0
	for _, process := range all {
		stat, err := process.Stat()
		if err != nil || stat.PGRP != b.PID() {
			continue // it has ended meanwhile, or is not the browser's
		}
		score, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", stat.PID))
		if err != nil {
			continue
		}
		checked++
		if theirs := number(t, score); theirs <= ours {
			t.Errorf("%s has oom_score_adj %d, and this program has %d", stat.Comm, theirs, ours)
		}
	}
	if checked < 3 {
		t.Errorf("%d processes checked, want those of the browser, its zygote and its page", checked)
	}
}

func number(t *testing.T, text []byte) int {
	t.Helper()
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
