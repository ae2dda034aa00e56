package browser

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"passage/automation/browser/chrome"
	"passage/automation/secret"
)

// Response is what is recorded of a response of the site's. The path is without
// query and fragment, and without anything private.
type Response struct {
	Method string
	Path   string
	Status int
}

func (r Response) String() string {
	return strings.TrimSpace(fmt.Sprintf("%d to %s %s", r.Status, r.Method, r.Path))
}

// Traffic is what the site answered during a step.
type Traffic struct {
	Status int        // of the document that a window got; 0: none, or one that did not come by HTTP
	Failed []Response // to frames and to the site's scripts, with a status from 400 on; each once
	Others int        // how many more such responses there were
}

const (
	maxFailed  = 5    // failed responses that a step or an error has
	maxHeard   = 500  // responses that are kept for a wait, the latest
	maxMethods = 1000 // requests under way whose methods are kept
	maxPath    = 200  // bytes of a path that is recorded
)

// heard is a response as a wait compares it.
type heard struct {
	session chrome.Session // of the window that got it
	method  string
	url     *url.URL
	status  int
}

// traffic is what is known of the responses to the requests of all windows. It
// has no bodies, headers or queries.
type traffic struct {
	mu     sync.Mutex
	rules  *chrome.Rules
	asked  map[string]asked // by the id of the request
	own    []string         // requests that page.fetch is about to send
	heard  []heard          // since the last act
	failed []heard          // since the last Goto
	step   []heard          // failed ones since TakeTraffic
	others int
	status int
}

type asked struct {
	method string
	own    bool // the script itself asked, with page.fetch
}

func (t *traffic) allow(rules *chrome.Rules) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rules = rules
}

// act forgets the responses so far: a wait is for those after it.
func (t *traffic) act() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = nil
}

// leave is act for a Goto.
func (t *traffic) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard, t.failed = nil, nil
}

// expectOwn makes a request count as the script's own, and not as the site's. The
// function that it returns ends that.
func (t *traffic) expectOwn(r Request) func() {
	key := http.MethodGet + " " + withoutQuery(r.Address)
	if r.JSON != "" {
		key = http.MethodPost + " " + withoutQuery(r.Address)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.own = append(t.own, key)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.takeOwn(key)
	}
}

func (t *traffic) takeOwn(key string) bool {
	at := slices.Index(t.own, key)
	if at < 0 {
		return false
	}
	t.own = slices.Delete(t.own, at, at+1)
	return true
}

func (t *traffic) started(e chrome.RequestStarted) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asked == nil {
		t.asked = map[string]asked{}
	}
	own := t.takeOwn(e.Method+" "+withoutQuery(e.URL)) || t.asked[e.ID].own // a redirect keeps the id
	if len(t.asked) < maxMethods {
		t.asked[e.ID] = asked{e.Method, own}
	}
}

func (t *traffic) ended(e chrome.RequestEnded) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.asked, e.ID)
}

// came records a response. main says that it is the document of a window.
func (t *traffic) came(e chrome.ResponseCame, address *url.URL, main bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	request := t.asked[e.ID]
	if request.own || !t.rules.Reaches(address) {
		return
	}
	one := heard{e.Session, request.method, address, e.Status}
	t.heard = append(t.heard, one)
	if len(t.heard) > maxHeard {
		t.heard = slices.Delete(t.heard, 0, 1)
	}
	if main {
		t.status = e.Status
	}
	if e.Status < http.StatusBadRequest {
		return
	}
	if !slices.ContainsFunc(t.failed, one.same) {
		t.failed = append(t.failed, one)
		if len(t.failed) > maxFailed {
			t.failed = slices.Delete(t.failed, 0, 1)
		}
	}
	switch {
	case main || slices.ContainsFunc(t.step, one.same):
	case len(t.step) < maxFailed:
		t.step = append(t.step, one)
	default:
		t.others++
	}
}

// same reports whether another response would be recorded as this one.
func (h heard) same(other heard) bool {
	return h.method == other.method && h.status == other.status && h.url.Path == other.url.Path
}

// response returns what may be recorded. A nil Redactor scrubs nothing.
func (h heard) response(redact *secret.Redactor) Response {
	path := h.url.EscapedPath()
	if redact != nil {
		if clean := redact.Scrub(h.url.Path); clean != h.url.Path {
			path = clean
		}
		path = redact.Scrub(path)
	}
	if len(path) > maxPath {
		path = strings.ToValidUTF8(path[:maxPath], "") + "…"
	}
	return Response{h.method, path, h.status}
}

// handleRequest handles an event of a request. It is called in the order of the
// browser's messages.
func (b *Browser) handleRequest(event chrome.RequestEvent) {
	switch e := event.(type) {
	case chrome.RequestStarted:
		b.requests.start(e.ID)
		b.traffic.started(e)
	case chrome.RequestEnded:
		b.requests.end(e.ID)
		b.traffic.ended(e)
	case chrome.ResponseCame:
		address, err := url.Parse(e.URL)
		if err != nil || e.Status == 0 {
			return
		}
		byProxy := e.Status == http.StatusBadGateway || e.Status == http.StatusForbidden
		if byProxy && b.process.DialProblem(address.Scheme, address.Host) != "" {
			return // the site was not reached
		}
		b.traffic.came(e, address, e.Frame != "" && b.frameOf(e.Session).isFrame(e.Frame))
	}
}

// isFrame reports whether this is the frame with an id.
func (f *frame) isFrame(id chrome.FrameID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id == id
}

// TakeTraffic returns what the site answered since the call before.
func (p *Page) TakeTraffic() Traffic {
	b := p.frame.browser
	t := &b.traffic
	t.mu.Lock()
	status, step, others := t.status, t.step, t.others
	t.status, t.step, t.others = 0, nil, 0
	t.mu.Unlock()
	return Traffic{status, b.responsesOf(step), others}
}

// failedResponses returns the latest failed responses since the last Goto.
func (b *Browser) failedResponses() []Response {
	b.traffic.mu.Lock()
	failed := slices.Clone(b.traffic.failed)
	b.traffic.mu.Unlock()
	return b.responsesOf(failed)
}

func (b *Browser) responsesOf(list []heard) []Response {
	var responses []Response
	for _, one := range list {
		responses = append(responses, one.response(b.redact))
	}
	return responses
}
