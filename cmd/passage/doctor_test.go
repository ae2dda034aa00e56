package main

import (
	"regexp"
	"strings"
	"testing"

	"passage/db/dbtest"
)

func TestDoctor_PrintsTheBrowsersVersion(t *testing.T) {
	t.Parallel()
	_, stdout, stderr := command(t, "doctor", "--data", t.TempDir())
	line := regexp.MustCompile(`(?m)^ok +browser +/\S+, [A-Z][A-Za-z ]* \d+(\.\d+){3}, starts in `)
	if !line.MatchString(stdout) {
		t.Errorf("doctor printed no version:\n%s%s", stdout, stderr)
	}
}

func TestDoctor_ChecksTheDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, want := range []string{"ok    database     there is none yet", "ok    database     0 MB are in order"} {
		if _, stdout, stderr := command(t, "doctor", "--data", folder); !strings.Contains(stdout, want) {
			t.Errorf("want %q:\n%s%s", want, stdout, stderr)
		}
		dbtest.OpenFolder(t, folder, nil)
	}
}

func TestServe_RefusesADamagedDatabase(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	dbtest.OpenFolder(t, folder, nil)
	dbtest.Damage(t, folder)
	code, _, stderr := command(t, "serve", "--data", folder, "--addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0")
	if code == 0 || !strings.Contains(stderr, "passage.db is damaged: restore a backup") {
		t.Errorf("%v: %s", code, stderr)
	}
	if code, stdout, _ := command(t, "doctor", "--data", folder); code == 0 || !strings.Contains(stdout, "FAIL  database     "+folder) {
		t.Errorf("%v: %s", code, stdout)
	}
}
