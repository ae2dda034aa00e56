package chrome

import (
	"os"
	"slices"
	"strings"
)

// longestTemp is the longest profile path that can be the browser's folder for
// temporary files: full Chromium puts a socket in there, whose path is limited.
const longestTemp = 60

// environment is what the browser may know of ours: no key, no setting of
// Passage. Its temporary files go into its profile, and with it away.
func environment(profile string, headful bool) []string {
	var env []string
	if len(profile) <= longestTemp {
		env = append(env, "TMPDIR="+profile)
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "PATH", name == "HOME", name == "LANG", name == "TZ", name == "LD_LIBRARY_PATH",
			strings.HasPrefix(name, "LC_"), strings.HasPrefix(name, "FONTCONFIG_"), strings.HasPrefix(name, "XDG_CACHE"):
			env = append(env, entry)
		case headful && slices.Contains(displays, name):
			env = append(env, entry)
		}
	}
	return env
}
