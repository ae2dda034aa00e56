package main

import (
	"runtime"
	"runtime/debug"

	"passage/cmd/passage/console"
)

// versionCommand prints the version and the revision.
type versionCommand struct{}

// Run prints the version.
func (c *versionCommand) Run(out *console.Console) error {
	version, revision := "(devel)", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	return out.Printf("passage %s\nrevision %s\n%s %s/%s\n", version, revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
