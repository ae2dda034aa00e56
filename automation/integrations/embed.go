// Package integrations holds one folder per third-party service: the script
// that works on its site, and a README that says what was verified, when and
// against what.
//
// It owns these files and nothing else: what the scripts' words do is in
// automation/script. Its invariant: everything a script needs is in its file.
package integrations

import (
	"embed"
	"io/fs"
)

//go:embed */integration.star */README.md
var files embed.FS

// FS holds the built-in integrations, each at "<id>/integration.star", with its
// README.md beside it.
func FS() fs.FS { return files }
