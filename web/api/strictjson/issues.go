package strictjson

import (
	"regexp"

	"passage/web/problem"
)

// MaxIssues is how many issues are reported at most: nobody corrects more than
// this at once.
const MaxIssues = 100

// Issues collects everything that is wrong with a request.
type Issues struct{ list []problem.Issue }

// cardLike matches any run of digits that could be the number of a card. A path
// may repeat the name of an unknown field, and that could be anything.
var cardLike = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){11,}`)

// Add reports what is wrong at a path.
func (i *Issues) Add(path, message string) {
	if len(i.list) < MaxIssues {
		i.list = append(i.list, problem.Issue{Path: cardLike.ReplaceAllString(path, "…"), Message: message})
	}
}

// Err returns the error that lists all issues, or nil where there are none.
func (i *Issues) Err() error {
	if i.list == nil {
		return nil
	}
	return problem.Invalid(i.list...)
}

// List returns the issues, in the order in which they were added.
func (i *Issues) List() []problem.Issue { return i.list }

// maxNameInPath is how many characters of a name a path holds: more than any
// name of ours has.
const maxNameInPath = 64

// Join adds the name of a field, or the position of an item, to a path.
func Join(path, name string) string {
	if runes := []rune(name); len(runes) > maxNameInPath {
		name = string(runes[:maxNameInPath]) + "…"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
