package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// repository is the root of the source.
const repository = "../.."

// command runs a command line that needs no input.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, os.Getenv, strings.NewReader(""), &out, &err)
	return code, out.String(), err.String()
}

// expect compares two values that print alike only if they are alike.
func expect[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
