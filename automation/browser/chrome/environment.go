package chrome

import (
	"os"
	"slices"
	"strings"
)

// maxTempPath is the longest profile path that can also be the browser's folder
// for temporary files: full Chromium puts a socket there, and the path of a
// socket is limited.
const maxTempPath = 60

// environment returns the part of this program's environment that the browser
// may see: no key, no setting of Passage. The browser's temporary files go into
// its profile and are removed with it. The language and the time zone are those of
// the locale and not this machine's.
func environment(profile string, l Locale, headful bool) []string {
	language := strings.ReplaceAll(l.Language, "-", "_")
	env := []string{"TZ=" + l.Zone, "LANG=" + language + ".UTF-8", "LANGUAGE=" + language}
	if len(profile) <= maxTempPath {
		env = append(env, "TMPDIR="+profile)
	}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case name == "PATH", name == "HOME", name == "LD_LIBRARY_PATH",
			strings.HasPrefix(name, "FONTCONFIG_"), strings.HasPrefix(name, "XDG_CACHE"):
			env = append(env, entry)
		case headful && slices.Contains(displays, name):
			env = append(env, entry)
		}
	}
	return env
}
