package main

import (
	"regexp"
	"testing"
)

func TestDoctor_PrintsTheBrowsersVersion(t *testing.T) {
	t.Parallel()
	_, stdout, stderr := command(t, "doctor", "--data", t.TempDir())
	line := regexp.MustCompile(`(?m)^ok +browser +/\S+, [A-Z][A-Za-z ]* \d+(\.\d+){3}, starts in `)
	if !line.MatchString(stdout) {
		t.Errorf("doctor printed no version:\n%s%s", stdout, stderr)
	}
}
