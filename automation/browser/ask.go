package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

// call is what page.js is asked to do.
type call struct {
	Op        string   `json:"op"`
	Selectors []string `json:"selectors,omitempty"`
	Text      string   `json:"text,omitempty"`
	Names     []string `json:"names,omitempty"` // columns of rows
	On        bool     `json:"on,omitempty"`
	Dismiss   string   `json:"dismiss,omitempty"` // what to click away when it shows
	Watch     bool     `json:"watch,omitempty"`   // race: return on a change too
	Look      bool     `json:"look,omitempty"`    // likewise, at once
	Pierce    int64    `json:"pierce,omitempty"`  // ms after which to ask for closed shadow roots
	X         float64  `json:"x,omitempty"`
	Y         float64  `json:"y,omitempty"`
	Press     bool     `json:"press,omitempty"`  // a press of the mouse comes next
	Settle    bool     `json:"settle,omitempty"` // something was done before: let it take effect first
	Timeout   int64    `json:"timeout"`          // ms

	names  []string // what the selectors are called in a wait_for
	typing bool     // only where the policy lets us type
}

// answer is what page.js returns.
type answer struct {
	Value   json.RawMessage `json:"value"`
	Matches [][]int         `json:"matches"` // by selector and alternative
	Near    [][]string      `json:"near"`    // likewise, what comes nearest to those that matched nothing
	Hiding  [][]string      `json:"hiding"`  // likewise, what hides those that matched and are not to be seen
	Held    []string        `json:"held"`    // the fields for which the browser holds a form back, when late
	Seen    [][]string      `json:"seen"`    // likewise, what those are that matched something
	Won     *int            `json:"won"`     // the alternative that it was
	Hidden  bool            `json:"hidden"`  // nothing is there yet; it may be in a closed shadow root
	Fault   string          `json:"fault"`   // the call is wrong
	Late    bool            `json:"late"`    // the time was over
	Why     string          `json:"why"`     // what was wrong with the last match, when late
	Leaving bool            `json:"leaving"` // a navigation was still under way, when late
	Broken  bool            `json:"broken"`  // the document is the browser's own error page
	Status  int             `json:"status"`  // the document's HTTP status
	URL     string          `json:"url"`
}

// matches is how many elements the call's first selector matched: those of
// the alternative that it was, or of all where it was none.
func (a *answer) matches() int {
	if a == nil || len(a.Matches) == 0 {
		return 0
	}
	if a.Won != nil && *a.Won >= 0 && *a.Won < len(a.Matches[0]) {
		return a.Matches[0][*a.Won]
	}
	total := 0
	for _, n := range a.Matches[0] {
		total += n
	}
	return total
}

// ask has page.js do something in the frame. What is late is an error, and the
// answer comes with it. A document that goes away while the call waits in it
// does not matter: the call goes on waiting in the next one.
func (f *frame) ask(b *bound, c call) (*answer, error) {
	b.browser.windows.uses(f.session)
	c.Settle = b.browser.tookAct()
	c.Pierce = firstPierce.Milliseconds()
	c.Dismiss = b.browser.inTheWay()
	for again := false; ; again = true {
		a, err := f.try(b, c)
		if err == nil && a.Hidden {
			c.Settle, c.Pierce = false, c.Pierce*4
			if f.pierce(b) != nil {
				f.forget() // if it matters, the next look meets it too
			}
			continue
		}
		if err == nil {
			b.browser.noteSeen(c.Selectors, a.Seen)
			return a, f.judge(a, c)
		}
		if b.Err() != nil || !chrome.IsDetached(err) {
			return nil, b.ended(err, func() error { return missing(c, nil, "the page did not answer") })
		}
		f.forget()
		if again && !b.pause() {
			return nil, b.ended(err, func() error { return missing(c, nil, "the frame kept changing") })
		}
	}
}

// try is ask within one document.
func (f *frame) try(b *bound, c call) (*answer, error) {
	inside, origin, err := f.enter(b)
	if err != nil {
		return nil, err
	}
	if c.typing && !b.browser.rules.MayType(origin) {
		// Only a document that is here to stay is refused.
		a, err := f.run(b, inside, call{Op: "parsed", Settle: c.Settle})
		if err != nil {
			return nil, err
		}
		if err := a.refusal(b.browser); err != nil {
			return nil, err
		}
		return nil, outcome.New(outcome.AutomationError, "fill: refused in a document of origin %s: not https on one of the integration's hosts", origin)
	}
	return f.run(b, inside, c)
}

// run is one round trip to page.js.
func (f *frame) run(b *bound, inside chrome.WorldID, c call) (*answer, error) {
	c.Timeout = b.left()
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
	f.url = plain(a.URL)
	f.mu.Unlock()
	return a, nil
}

// judge turns an answer that is none into the error that says why.
func (f *frame) judge(a *answer, c call) error {
	switch {
	case a.Fault != "":
		return outcome.New(outcome.AutomationError, "%s: %s", c.Op, a.Fault)
	case !a.Late:
		return nil
	}
	if err := a.refusal(f.browser); err != nil {
		return err
	}
	if a.Leaving {
		return outcome.New(outcome.SiteUnavailable, "the site did not answer in time")
	}
	return missing(c, a, a.Why)
}

// refusal is the error that the document itself is: an error status, the
// browser's error page, a host that the integration does not name.
func (a *answer) refusal(b *Browser) error {
	host := b.process.RefusedHost()
	switch u, err := url.Parse(a.URL); {
	case a.Broken && host != "":
		return sentAway(host)
	case a.Broken:
		return outcome.New(outcome.SiteUnavailable, "the browser could not open the page")
	case err == nil && u.Host != "" && !b.rules.Reaches(u):
		return sentAway(u.Host)
	case a.Status == 429:
		return outcome.New(outcome.RateLimited, "the site answered with status 429")
	case a.Status >= 500:
		return outcome.New(outcome.SiteUnavailable, "the site answered with status %d", a.Status)
	}
	return nil
}

func sentAway(host string) error {
	return outcome.New(outcome.SiteChanged, "the site sent the browser to %s, which is not on the integration's list of hosts", host)
}

// missing is the error of an element that did not come, or not as it should.
func missing(c call, a *answer, why string) error {
	err := outcome.New(outcome.SiteChanged, "%s: not found in time", c.Op)
	if why != "" {
		err = outcome.New(outcome.SiteChanged, "%s: in time only: %s", c.Op, why)
	}
	if a != nil && len(a.Held) > 0 {
		err.Detail += "; the browser holds a form back, for what is in: " + strings.Join(a.Held, ", ")
	}
	for i, selector := range c.Selectors {
		for j, alternative := range strings.Split(selector, separator) {
			found := outcome.Selector{Selector: alternative}
			if i < len(c.names) {
				found.Name = c.names[i]
			}
			if a != nil {
				found.Matches, found.Near, found.Hiding = told(a.Matches, i, j), told(a.Near, i, j), told(a.Hiding, i, j)
			}
			err.Selectors = append(err.Selectors, found)
		}
	}
	return err
}

// told is what an answer tells of an alternative of a selector, or nothing.
func told[T any](of [][]T, selector, alternative int) (one T) {
	if selector < len(of) && alternative < len(of[selector]) {
		one = of[selector][alternative]
	}
	return one
}

// pause waits a moment before the next look for a frame that is not there yet.
func (b *bound) pause() bool {
	timer := time.NewTimer(20 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-b.Done():
		return false
	case <-timer.C:
		return true
	}
}
