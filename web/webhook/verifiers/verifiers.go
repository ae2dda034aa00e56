// Package verifiers is what a merchant's server checks webhooks with, ready to
// be copied: verify.go, verify.ts and verify.py do the same. README.md is the
// page about them.
//
// It owns these files and nothing that Passage itself runs. Its invariant: the
// tests run each, against deliveries of a real server.
package verifiers

import "embed"

// Files are the verifiers and their page.
//
//go:embed README.md verify.go verify.ts verify.py
var Files embed.FS
