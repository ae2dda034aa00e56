package browser

import (
	"encoding/json"
	"strings"
	"time"

	"passage/automation/browser/chrome"
)

// separator separates the alternatives of a selector.
const separator = "\n"

// Any makes one selector of alternatives that are tried together. If several match,
// the first in order is used.
//
// A selector is CSS or one of text=, label=, placeholder= and role= (as in
// role=button[name="Sign in"]), or several of them separated by " >> ", each of
// which is searched for inside of what the previous one found; nth=0 picks one of
// those, has=SELECTOR those that hold a match, visible=true those that are visible.
// All of them search shadow roots too.
func Any(selectors ...string) string {
	lines := make([]string, len(selectors))
	for i, selector := range selectors {
		lines[i] = strings.NewReplacer("\n", " ", "\r", " ").Replace(selector)
	}
	return strings.Join(lines, separator)
}

// Matched holds the alternative of a selector that a call used.
type Matched struct {
	Selector  string // a response as ResponsePattern.String writes it
	Responses int    // how many responses matched, if it is one
}

// WithMatch returns the same page. Each call of it sets m to the alternative that it
// used, if any matched.
func (p *Page) WithMatch(m *Matched) *Page {
	return &Page{frame: p.frame, within: p.within, first: p.first, matched: m}
}

// noteMatch sets what WithMatch was given to the alternative that an answer is about.
func (p *Page) noteMatch(a *answer, selectors []string, which int) {
	if p.matched == nil || a == nil || which < 0 || which >= len(selectors) {
		return
	}
	alternatives := strings.Split(selectors[which], separator)
	switch {
	case a.Alternative != nil && *a.Alternative >= 0 && *a.Alternative < len(alternatives):
		p.matched.Selector = alternatives[*a.Alternative]
	case len(alternatives) == 1:
		p.matched.Selector = alternatives[0]
	}
}

// closedRootsAfter is how long a call waits before it also searches closed shadow
// roots, which no script can find by itself. That costs a reading of the whole
// document, so most calls never do it.
const closedRootsAfter = 400 * time.Millisecond

// adoptClosedRoots hands the closed shadow roots of the frame's document to its world.
func (f *frame) adoptClosedRoots(b *bound) error {
	inside, _, err := f.enter(b)
	if err != nil {
		return err
	}
	id, err := f.findID(b)
	if err != nil {
		return err
	}
	closed, err := f.session.ClosedShadowRoots(b, f.mainID())
	if err != nil || len(closed[id]) == 0 {
		return err
	}
	arguments, err := f.session.ResolveNodes(b, inside, closed[id])
	if err != nil {
		return err
	}
	return f.session.CallFunction(b, inside, "function(...roots) { selecting.adopt(...roots) }", arguments, new(any))
}

// mainID returns the id of the window's main frame.
func (f *frame) mainID() chrome.FrameID {
	for f.parent != nil {
		f = f.parent
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id
}

// isTrue reports whether an answer's value is true.
func (a *answer) isTrue() bool {
	var is bool
	return a != nil && json.Unmarshal(a.Value, &is) == nil && is
}
