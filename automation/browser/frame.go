package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// The scripts that our world in a document consists of, in this order. The
// last expression gives the document's origin.
//
//go:embed js/select.js
var selectScript string

//go:embed js/near.js
var nearScript string

//go:embed js/page.js
var waitScript string

//go:embed js/mouse.js
var mouseScript string

//go:embed js/act.js
var actScript string

//go:embed js/choose.js
var chooseScript string

var pageScript = selectScript + nearScript + waitScript + mouseScript + actScript + chooseScript + "self.origin"

// world is the name of the isolated world in which our scripts run: they share
// the document with the site's scripts, and nothing else.
const world = "passage"

// frame is one frame of the page: the main one, or one inside an iframe that
// parent finds by selector.
type frame struct {
	browser  *Browser
	session  proto.TargetSessionID // of the window that it is in
	parent   *frame
	selector string

	life context.Context // of the window, where it is not the page's own; else nil

	mu     sync.Mutex
	id     proto.PageFrameID
	inside proto.RuntimeExecutionContextID // our world in its present document; 0: not made yet
	origin string                          // of that document
	url    string
	left   bool // another document has come since it last began to load
}

func (f *frame) moveTo(id proto.PageFrameID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id, f.inside, f.origin = id, 0, ""
}

// forget drops what is known of the present document, because it is gone.
func (f *frame) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inside, f.origin = 0, ""
}

// arrived notes where the browser says that a frame went, if it is this one.
func (f *frame) arrived(id proto.PageFrameID, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == id {
		f.url, f.left = plain(address), true
	}
}

// loads notes that a frame began or ceased to load. It returns true if this
// one ceased without having gone anywhere.
func (f *frame) loads(id proto.PageFrameID, begins bool) (stayed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id != id {
		return false
	}
	if begins {
		f.left = false
	}
	return !begins && !f.left && f.inside != 0
}

// noteFrame takes note of where a frame is going.
func (b *Browser) noteFrame(event *cdp.Event) {
	switch event.Method {
	case "Page.frameStartedLoading", "Page.frameStoppedLoading":
		var e proto.PageFrameStoppedLoading // both have the same one field
		f := b.frameOf(event)
		if json.Unmarshal(event.Params, &e) == nil && f.loads(e.FrameID, event.Method == "Page.frameStartedLoading") {
			b.events.Go(func() { b.stay(f) })
		}
	case "Page.frameNavigated":
		var e proto.PageFrameNavigated
		if json.Unmarshal(event.Params, &e) == nil && e.Frame != nil {
			b.frameOf(event).arrived(e.Frame.ID, e.Frame.URL)
		}
	case "Page.navigatedWithinDocument":
		var e proto.PageNavigatedWithinDocument
		if json.Unmarshal(event.Params, &e) == nil {
			b.frameOf(event).arrived(e.FrameID, e.URL)
		}
	}
}

// stay tells the page's document that it will not be left after all: what it
// asked for was a download, or nothing.
func (b *Browser) stay(f *frame) {
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	// An error means that the document is gone, which is as good.
	_, _ = proto.RuntimeEvaluate{Expression: "passage.stay()", ContextID: f.present()}.Call(f.to(ctx))
}

// present returns our world in the document that is known, or 0.
func (f *frame) present() proto.RuntimeExecutionContextID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inside
}

func (f *frame) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.url
}

// plain takes user, query and fragment out of an address; of one that is not
// a site's only the scheme stays, for it may hold the document itself.
func plain(address string) string {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
	case address == "about:blank":
		return address
	}
	return u.Scheme + ":"
}

// find returns the frame's id, looking for its iframe in the parent if need be.
func (f *frame) find(b *bound) (proto.PageFrameID, error) {
	f.mu.Lock()
	id := f.id
	f.mu.Unlock()
	if id != "" {
		return id, nil
	}
	if _, err := f.parent.ask(b, call{Op: "frame", Selectors: []string{f.selector}}); err != nil {
		return "", err
	}
	inside, _, err := f.parent.world(b)
	if err != nil {
		return "", err
	}
	element, err := proto.RuntimeEvaluate{
		Expression: "passage.frames.get(" + jsString(f.selector) + ")",
		ContextID:  inside,
	}.Call(f.to(b))
	if err != nil {
		return "", err
	}
	if element.Result == nil || element.Result.ObjectID == "" {
		return "", cdp.ErrCtxDestroyed
	}
	node, err := proto.DOMDescribeNode{ObjectID: element.Result.ObjectID}.Call(f.to(b))
	if err != nil {
		return "", err
	}
	f.moveTo(node.Node.FrameID)
	return node.Node.FrameID, nil
}

// jsString writes a string as JavaScript does.
func jsString(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // cannot be: every string can be marshalled
	}
	return string(text)
}

// world returns our isolated world in the frame's present document and that
// document's origin, making the world at the first call in each document.
func (f *frame) world(b *bound) (proto.RuntimeExecutionContextID, string, error) {
	f.mu.Lock()
	inside, origin := f.inside, f.origin
	f.mu.Unlock()
	if inside != 0 {
		return inside, origin, nil
	}
	id, err := f.find(b)
	if err != nil {
		return 0, "", err
	}
	to := f.to(b)
	made, err := proto.PageCreateIsolatedWorld{FrameID: id, WorldName: world}.Call(to)
	if err != nil {
		if f.parent != nil {
			f.moveTo("") // the iframe was replaced: look for it again
		}
		return 0, "", err
	}
	result, err := proto.RuntimeEvaluate{Expression: pageScript, ContextID: made.ExecutionContextID, ReturnByValue: true}.Call(to)
	if err != nil {
		return 0, "", err
	}
	if result.ExceptionDetails != nil {
		return 0, "", fmt.Errorf("prepare page: %s", result.ExceptionDetails.Text)
	}
	origin = result.Result.Value.Str()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inside, f.origin = made.ExecutionContextID, origin
	return f.inside, f.origin, nil
}
