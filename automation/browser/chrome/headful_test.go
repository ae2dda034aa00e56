package chrome

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// program writes an executable file with a browser's name.
func program(t *testing.T, folder, name string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte("#!/bin/false\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindWindowed_SkipsHeadlessShells(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	shell := program(t, folder, "chromium-headless-shell")
	program(t, folder, "headless_shell")
	if _, err := FindWindowed(""); err == nil || !strings.Contains(err.Error(), "install the package chromium") {
		t.Errorf("with the shells alone: %v", err)
	}
	if _, err := FindWindowed(shell); err == nil || !strings.Contains(err.Error(), "has no window to show") {
		t.Errorf("with a shell by name: %v", err)
	}
	full := program(t, folder, "chromium")
	for _, given := range []string{"", "chromium"} {
		if found, err := FindWindowed(given); err != nil || found != full {
			t.Errorf("FindWindowed(%q) = %q, %v", given, found, err)
		}
	}
	if found, err := Find(""); err != nil || found != shell {
		t.Errorf("without a window: %q, %v", found, err)
	}
}

func TestCheckDisplay_NeedsAScreen(t *testing.T) {
	t.Parallel()
	with := func(set string) func(string) string {
		return func(name string) string {
			if name == set {
				return ":0"
			}
			return ""
		}
	}
	for set, ok := range map[string]bool{"": false, "DISPLAY": true, "WAYLAND_DISPLAY": true, "XAUTHORITY": false} {
		if err := checkDisplay(with(set)); (err == nil) != ok {
			t.Errorf("with %q: %v", set, err)
		}
	}
}

func TestEnvironment_HasTheDisplayOnlyIfHeadful(t *testing.T) {
	t.Setenv("DISPLAY", ":7")
	for _, headful := range []bool{false, true} {
		o := Options{Headful: headful}
		if got := slices.Contains(environment("", DefaultLocale(), headful), "DISPLAY=:7"); got != headful {
			t.Errorf("headful %v: DISPLAY is passed on: %v", headful, got)
		}
		if got := slices.Contains(flags(o, DefaultLocale(), "", ""), "--headless"); got == headful {
			t.Errorf("headful %v: --headless is %v", headful, got)
		}
	}
}

func TestFind_SearchesThePathAndSaysWhatToInstall(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, err := Find(""); err == nil || !strings.Contains(err.Error(), "PASSAGE_BROWSER") {
		t.Errorf("%v", err)
	}
	actual := filepath.Join(dir, "real-browser")
	for path, script := range map[string]string{
		actual:                         "#!/bin/sh\nexit 0\n",
		filepath.Join(dir, "chromium"): "#!/bin/sh -e\n\n" + actual + " \"$@\"\n",
	} {
		if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := Find(""); err != nil || got != actual {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := Find(actual); err != nil || got != actual {
		t.Errorf("%q, %v", got, err)
	}
}
