package chrome

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// programNames are looked for on PATH in this order; the first need the least
// memory and time.
var programNames = []string{
	"chromium-headless-shell", "chrome-headless-shell", "headless_shell",
	"chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
}

// Find returns the browser's program: path itself if it is not "", or else the
// first known name on PATH. It never downloads anything.
func Find(path string) (string, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("find browser: %w: check PASSAGE_BROWSER", err)
		}
		return unwrap(found), nil
	}
	for _, name := range programNames {
		if found, err := exec.LookPath(name); err == nil {
			return unwrap(found), nil
		}
	}
	return "", errors.New("find browser: no Chromium on PATH: install the package chromium-headless-shell (or chromium), or set PASSAGE_BROWSER to the program's path")
}

var trampoline = regexp.MustCompile(`\A#!/bin/sh[^\n]*\n+(?:exec )?(/[\w./-]+) "\$@"\n*\z`)

// unwrap returns the program that Debian's two-line shell script around the
// headless shell runs. When it is started directly, the process that is
// watched, signalled and killed is the browser itself and not a shell.
func unwrap(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > 4096 {
		return path
	}
	script, err := os.ReadFile(path)
	if err != nil {
		return path
	}
	if match := trampoline.FindSubmatch(bytes.TrimSpace(script)); match != nil {
		if target, err := exec.LookPath(string(match[1])); err == nil {
			return target
		}
	}
	return path
}
