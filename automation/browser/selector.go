package browser

import (
	"encoding/json"
	"strings"
	"time"

	"passage/automation/browser/chrome"
)

// separator stands between the alternatives of a selector.
const separator = "\n"

// Any makes one selector of alternatives that are tried together. Of several
// that match, the first in order is taken.
//
// A selector is CSS or one of text=, label=, placeholder= and role= (as in
// role=button[name="Sign in"]), or several of them with " >> " between, each
// looked for inside of what the one before it found; nth=0 picks one of those.
// All look into shadow roots.
func Any(selectors ...string) string {
	lines := make([]string, len(selectors))
	for i, selector := range selectors {
		lines[i] = strings.NewReplacer("\n", " ", "\r", " ").Replace(selector)
	}
	return strings.Join(lines, separator)
}

// Matched is which alternative of a selector a call worked on.
type Matched struct{ Selector string }

// Noting returns the same page, which notes in m which alternative each of its
// calls worked on; nothing where none matched.
func (p *Page) Noting(m *Matched) *Page {
	return &Page{frame: p.frame, within: p.within, matched: m}
}

// note tells the caller which alternative an answer is about.
func (p *Page) note(a *answer, selectors []string, which int) {
	if p.matched == nil || a == nil || which < 0 || which >= len(selectors) {
		return
	}
	alternatives := strings.Split(selectors[which], separator)
	switch {
	case a.Won != nil && *a.Won >= 0 && *a.Won < len(alternatives):
		p.matched.Selector = alternatives[*a.Won]
	case len(alternatives) == 1:
		p.matched.Selector = alternatives[0]
	}
}

// firstPierce is how long something is looked for before the document's closed
// shadow roots are asked for, which no script can find by itself. It costs a
// reading of the whole document, so most calls never come to it.
const firstPierce = 400 * time.Millisecond

// pierce hands the closed shadow roots of the frame's document to its world.
func (f *frame) pierce(b *bound) error {
	inside, _, err := f.enter(b)
	if err != nil {
		return err
	}
	id, err := f.find(b)
	if err != nil {
		return err
	}
	closed, err := f.session.ClosedShadowRoots(b, f.main())
	if err != nil || len(closed[id]) == 0 {
		return err
	}
	arguments, err := f.session.ResolveNodes(b, inside, closed[id])
	if err != nil {
		return err
	}
	return f.session.CallFunction(b, inside, "function(...roots) { selecting.adopt(...roots) }", arguments, new(any))
}

// main is the id of the page's own frame.
func (f *frame) main() chrome.FrameID {
	for f.parent != nil {
		f = f.parent
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id
}

// yes reads an answer that is true or not.
func (a *answer) yes() bool {
	var is bool
	return a != nil && json.Unmarshal(a.Value, &is) == nil && is
}
