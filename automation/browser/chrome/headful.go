package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// displays are the environment variables that say where a window can be shown.
var displays = []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"}

// FindWindowed is Find for a program that can show a window: path itself if it
// is not "", or else the first full Chromium on PATH.
func FindWindowed(path string) (string, error) {
	if path != "" {
		found, err := Find(path)
		if err == nil && isShell(found) {
			err = fmt.Errorf("%s has no window to show: name a full Chromium, or leave out --headful", found)
		}
		return found, err
	}
	for _, name := range programNames {
		found, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if program := unwrap(found); !isShell(program) {
			return program, nil
		}
	}
	return "", errors.New("find browser: showing a window needs a full Chromium, and there is none on PATH: install the package chromium, or name one with --browser")
}

// isShell reports whether a program's name is that of a headless shell, which
// never shows a window.
func isShell(program string) bool {
	return strings.Contains(strings.ReplaceAll(filepath.Base(program), "_", "-"), "headless-shell")
}

// checkDisplay returns an error if there is no screen for a window.
func checkDisplay(getenv func(string) string) error {
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("a window needs a screen, and neither DISPLAY nor WAYLAND_DISPLAY is set: run this in a desktop session, or under xvfb-run")
	}
	return nil
}

// find completes Path. If the browser is to show a window, it checks that the
// program and the environment can.
func (o *Options) find() error {
	look, screen := Find, error(nil)
	if o.Headful {
		look, screen = FindWindowed, checkDisplay(os.Getenv)
	}
	path, err := look(o.Path)
	o.Path = path
	return errors.Join(err, screen)
}
