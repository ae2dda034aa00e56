package browser

import (
	"encoding/json"
	"errors"
	"fmt"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// call is what page.js is asked to do.
type call struct {
	Op               string   `json:"op"`
	Selectors        []string `json:"selectors,omitempty"`
	Text             string   `json:"text,omitempty"`
	Body             string   `json:"body,omitempty"`          // of a fetch
	Authorization    string   `json:"authorization,omitempty"` // of a fetch
	Base64           bool     `json:"base64,omitempty"`        // of a fetch: return the body in base64
	Names            []string `json:"names,omitempty"`         // columns of rows
	On               bool     `json:"on,omitempty"`
	Dismiss          string   `json:"dismiss,omitempty"`          // selectors of what to click when it shows
	First            bool     `json:"first,omitempty"`            // of several matches, take the first visible one
	Watch            bool     `json:"watch,omitempty"`            // race: return after a change too
	Poll             bool     `json:"poll,omitempty"`             // race: return at once
	ClosedRootsAfter int64    `json:"closedRootsAfter,omitempty"` // ms after which to search closed shadow roots too
	X                float64  `json:"x,omitempty"`
	Y                float64  `json:"y,omitempty"`
	Press            bool     `json:"press,omitempty"`       // a click follows
	AfterAction      bool     `json:"afterAction,omitempty"` // let the action before take effect first
	Early            bool     `json:"early,omitempty"`       // work in a document that is not parsed yet
	Timeout          int64    `json:"timeout"`               // ms

	names   []string // names of the selectors in a wait_for
	times   int      // clicks of a press; 0 for one
	typing  bool     // only in documents that may be typed into
	private bool     // its selectors tell what is typed: they are not recorded
}

// answer is what page.js returns.
type answer struct {
	Value            json.RawMessage `json:"value"`
	Matches          [][]int         `json:"matches"`          // by selector and alternative
	Near             [][]string      `json:"near"`             // likewise, what comes nearest to an alternative that matched nothing
	Missing          [][]string      `json:"missing"`          // likewise, which part of an alternative matched nothing, if parts before it matched
	HiddenBy         [][]string      `json:"hiddenBy"`         // likewise, what hides the matches if none is visible
	InvalidFields    []string        `json:"invalidFields"`    // after a timeout: fields because of which the browser does not send a form
	Messages         []string        `json:"messages"`         // likewise, what the page says that is wrong
	Signs            *signs          `json:"signs"`            // after a timeout, and of an error document: those of a captcha or a wall
	Choices          []string        `json:"choices"`          // after a timeout of a choice: the first options that there are
	ChoiceCount      int             `json:"choiceCount"`      // likewise, how many there are
	Elements         [][]string      `json:"elements"`         // likewise, a description of a match
	Alternative      *int            `json:"alternative"`      // the alternative that was used
	NeedsClosedRoots bool            `json:"needsClosedRoots"` // nothing matches yet; it may be in a closed shadow root
	Invalid          string          `json:"invalid"`          // why the call itself is wrong, or ""
	TimedOut         bool            `json:"timedOut"`         // the call timed out
	Reason           string          `json:"reason"`           // after a timeout: what was wrong with the last match
	Several          int             `json:"several"`          // after a timeout: how many elements matched a call that is about one
	Candidates       []string        `json:"candidates"`       // likewise, descriptions of the first of them
	Navigating       bool            `json:"navigating"`       // after a timeout: a navigation was still under way
	Pending          []string        `json:"pending"`          // after a timeout: what a document that is not parsed yet waits for
	ErrorPage        bool            `json:"errorPage"`        // the document is the browser's own error page
	Status           int             `json:"status"`           // the document's HTTP status
	URL              string          `json:"url"`
}

// matches returns how many elements the call's first selector matched: those of the
// alternative that was used, or of all if none was.
func (a *answer) matches() int {
	if a == nil || len(a.Matches) == 0 {
		return 0
	}
	if a.Alternative != nil && *a.Alternative >= 0 && *a.Alternative < len(a.Matches[0]) {
		return a.Matches[0][*a.Alternative]
	}
	total := 0
	for _, n := range a.Matches[0] {
		total += n
	}
	return total
}

// ask has page.js do something in the frame. A call that timed out is an error, and
// the answer is returned with it. If the document goes away during the call, the
// call continues in the next one.
func (f *frame) ask(b *bound, c call) (*answer, error) {
	b.browser.windows.use(f.session)
	c.AfterAction = b.browser.takeAction()
	c.ClosedRootsAfter = closedRootsAfter.Milliseconds()
	c.Dismiss, c.Early, c.First = b.browser.dismissSelectors(), b.browser.early.Load(), b.first
	for again := false; ; again = true {
		a, err := f.askDocument(b, c)
		if err == nil && a.NeedsClosedRoots {
			c.AfterAction, c.ClosedRootsAfter = false, c.ClosedRootsAfter*4
			if f.adoptClosedRoots(b) != nil {
				f.forgetDocument() // the next attempt gets the same error, if it matters
			}
			continue
		}
		if err == nil {
			if !c.private {
				b.browser.recordMatches(c.Selectors, a.Elements)
			}
			return a, f.errorOf(a, c)
		}
		if b.Err() != nil || !chrome.IsDetached(err) {
			return nil, b.explain(err, func() error { return notFound(c, nil, "the page did not answer") })
		}
		f.forgetDocument()
		if again && !b.pause() {
			return nil, b.explain(err, func() error { return notFound(c, nil, "the frame kept changing") })
		}
	}
}

// askDocument is ask within one document.
func (f *frame) askDocument(b *bound, c call) (*answer, error) {
	inside, origin, err := f.enter(b)
	if err != nil {
		return nil, err
	}
	if c.typing && !b.browser.rules.MayType(origin) {
		// A document that is about to be replaced is not refused.
		a, err := f.run(b, inside, call{Op: "parsed", AfterAction: c.AfterAction})
		if err != nil {
			return nil, err
		}
		if err := a.documentError(b.browser); err != nil {
			return nil, err
		}
		return nil, outcome.New(outcome.AutomationError, "fill: refused in a document of origin %s: not https on one of the integration's hosts", origin)
	}
	return f.run(b, inside, c)
}

// run is one round trip to page.js.
func (f *frame) run(b *bound, inside chrome.WorldID, c call) (*answer, error) {
	c.Timeout = b.remaining()
	var a *answer
	err := f.session.CallFunction(b, inside, "function(c) { return passage.run(c) }", []chrome.Argument{{Value: c}}, &a)
	if thrown, ok := errors.AsType[*chrome.Exception](err); ok {
		return nil, fmt.Errorf("%s: page.js failed: %w", c.Op, thrown)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Op, err)
	}
	if a == nil {
		return nil, fmt.Errorf("%s: page.js gave no answer", c.Op)
	}
	f.mu.Lock()
	f.url = withoutQuery(a.URL)
	f.mu.Unlock()
	return a, nil
}
