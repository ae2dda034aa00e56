package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// displays are the variables that say where a window can be shown.
var displays = []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"}

// FindWindowed returns a browser's program that can show a window, as Find
// does: path itself where one is given, else the first full one on PATH.
func FindWindowed(path string) (string, error) {
	if path != "" {
		found, err := Find(path)
		if err == nil && isShell(found) {
			err = fmt.Errorf("%s has no window to show: name a full Chromium, or leave out --headful", found)
		}
		return found, err
	}
	for _, name := range names {
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

// isShell tells the programs that never show anything by their names.
func isShell(program string) bool {
	return strings.Contains(strings.ReplaceAll(filepath.Base(program), "_", "-"), "headless-shell")
}

// checkDisplay says what to do where there is no screen for a window.
func checkDisplay(getenv func(string) string) error {
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("a window needs a screen, and neither DISPLAY nor WAYLAND_DISPLAY is set: run this in a desktop session, or under xvfb-run")
	}
	return nil
}

// find finds the browser's program and, where it is to show a window, checks
// that it can.
func (o *Options) find() error {
	look, screen := Find, error(nil)
	if o.Headful {
		look, screen = FindWindowed, checkDisplay(os.Getenv)
	}
	path, err := look(o.Path)
	o.Path = path
	return errors.Join(err, screen)
}
