// Package gallery shows every screen with fixture data: to look at, for the golden
// files in testdata, and for the accessibility checks.
//
// It owns the fixtures and the index, and no screen. Its invariant: Screens
// contains every screen that people can see.
package gallery

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// Screen is one page with fixture data.
type Screen struct {
	Group     string
	Name      string
	Component templ.Component
}

// Slug is the screen's name in an address.
func (s Screen) Slug() string {
	return strings.ToLower(strings.Join(strings.FieldsFunc(s.Group+" "+s.Name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}), "-"))
}

// Screens returns every screen, in the order of a person’s way, then the dashboard’s.
func Screens() []Screen {
	return slices.Concat(claimScreens(), phoneScreens(), questionScreens(), workScreens(), endScreens(), spanishScreens(), adminScreens(), organizationScreens())
}

// Find returns the screen with this slug.
func Find(slug string) (Screen, bool) {
	for _, screen := range Screens() {
		if screen.Slug() == slug {
			return screen, true
		}
	}
	return Screen{}, false
}

// Index lists the screens; base is the path under which they are served.
func Index(base string) templ.Component { return index(strings.TrimSuffix(base, "/"), Screens()) }

func groups(screens []Screen) []string {
	var names []string
	for _, screen := range screens {
		if !slices.Contains(names, screen.Group) {
			names = append(names, screen.Group)
		}
	}
	return names
}
