package chrome

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
)

// Version returns the name and version that the browser's program at path
// prints, such as "Chromium 156.0.8078.108", without what a distribution adds.
func Version(ctx context.Context, path string) (string, error) {
	printed, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("read browser version: %w", err)
	}
	version := productVersion.FindString(string(printed))
	if version == "" {
		return "", fmt.Errorf("read browser version: %s --version printed %q", path, printed)
	}
	return version, nil
}

var productVersion = regexp.MustCompile(`^[A-Za-z][A-Za-z ]* \d+(\.\d+)*`)
