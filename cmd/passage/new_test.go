package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIntegrationsNew_PassesTheCheck(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "mine")
	for _, args := range [][]string{
		{"my-library"},
		{"shop", "--origin", "https://shop.example.org"},
		{"here", "--origin", "http://127.0.0.1:3000/"},
		{"att"}, // a copy of a built-in one
	} {
		code, stdout, stderr := command(t, append([]string{"integrations", "new", "--dir", folder}, args...)...)
		if code != exitSuccess {
			t.Fatalf("%s: exit %d: %s", args, code, stderr)
		}
		for _, next := range []string{"passage integrations docs", "passage integrations check " + folder, "passage integrations try " + args[0] + " --integrations " + folder, "passage serve --integrations " + folder} {
			if !strings.Contains(stdout, next) {
				t.Errorf("%q does not come next:\n%s", next, stdout)
			}
		}
		readme, err := os.ReadFile(filepath.Join(folder, args[0], "README.md"))
		if err != nil || !strings.Contains(string(readme), "| step | what | source |") {
			t.Errorf("the README of %s: %v\n%s", args[0], err, readme)
		}
	}
	code, stdout, stderr := command(t, "integrations", "check", folder)
	if code != exitSuccess || stdout != "4 checked, no errors.\n" {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}

func TestIntegrationsNew_OverwritesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	mine := filepath.Join(folder, "mine", "integration.star")
	if err := os.MkdirAll(filepath.Dir(mine), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := command(t, "integrations", "new", "mine", "--dir", folder)
	if code != exitFailure || !strings.Contains(stderr, "exists already and is not overwritten") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if kept, err := os.ReadFile(mine); err != nil || string(kept) != "mine" {
		t.Errorf("the file is now %q, %v", kept, err)
	}
}

func TestIntegrationsNew_RefusesBadNamesAndSites(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, site, says string }{
		{"My Library", "", "must be 1 to 40 lower-case letters, digits and dashes, starting with a letter"},
		{"../up", "", "must be 1 to 40"},
		{"", "", "must be 1 to 40"},
		{"9lives", "", "must be 1 to 40"},
		{strings.Repeat("a", 41), "", "must be 1 to 40"},
		{"a", "example.com", `--origin: "example.com" is not an origin`},
		{"a", "http://example.com", "must be https: http is for loopback only"},
		{"a", "https://example.com/login", "must be an origin alone"},
	} {
		folder := filepath.Join(t.TempDir(), "mine")
		args := []string{"integrations", "new", test.name, "--dir", folder}
		if test.site != "" {
			args = append(args, "--origin", test.site)
		}
		code, _, stderr := command(t, args...)
		if code != exitUsage || !strings.Contains(stderr, test.says) {
			t.Errorf("%q, %q: exit %d: %s", test.name, test.site, code, stderr)
		}
		if _, err := os.Stat(folder); err == nil {
			t.Errorf("%q: something was written", test.name)
		}
	}
}
