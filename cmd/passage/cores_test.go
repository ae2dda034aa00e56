package main

import (
	"os"
	"os/exec"
	"regexp"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRefuseCores_HoldsForWhatIsStartedToo(t *testing.T) {
	t.Parallel()
	if err := refuseCores(); err != nil {
		t.Fatal(err)
	}
	if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
		t.Errorf("dumpable is %d, %v", dumpable, err)
	}
	own, err := os.ReadFile("/proc/self/limits")
	if err != nil {
		t.Fatal(err)
	}
	started, err := exec.CommandContext(t.Context(), "cat", "/proc/self/limits").Output()
	if err != nil {
		t.Fatal(err)
	}
	for whose, limits := range map[string][]byte{"own": own, "child": started} {
		if !regexp.MustCompile(`Max core file size +1 +1 `).Match(limits) {
			t.Errorf("%s: core files may be written: %s", whose, limits)
		}
	}
}
