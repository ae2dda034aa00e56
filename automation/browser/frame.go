package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"sync"
	"time"

	"passage/automation/browser/chrome"
)

// The scripts of the isolated world, in this order. The last expression returns
// the document's origin.
//
//go:embed js/select.js
var selectScript string

//go:embed js/reach.js
var reachScript string

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

var pageScript = selectScript + reachScript + nearScript + waitScript + mouseScript + actScript + chooseScript + "self.origin"

// worldName is the name of the isolated world in which these scripts run. They share
// the document with the site's scripts, and nothing else.
const worldName = "passage"

// frame is one frame of the page: the main frame, or one in an iframe that the
// parent finds by a selector.
type frame struct {
	browser  *Browser
	session  chrome.Session // of the frame's window
	parent   *frame
	selector string
	first    bool // of several such iframes, it is in the first visible one

	life context.Context // of a window that Popup returned; else nil

	mu            sync.Mutex
	id            chrome.FrameID
	world         chrome.WorldID // in the present document; 0: not made yet
	origin        string         // of that document
	url           string
	navigatedAway bool // it went to another address since it last began to load
}

func (f *frame) setID(id chrome.FrameID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id, f.world, f.origin = id, 0, ""
}

// forgetDocument drops what is known of the present document, because it is gone.
func (f *frame) forgetDocument() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.world, f.origin = 0, ""
}

// navigated records where a frame went, if it is this one.
func (f *frame) navigated(id chrome.FrameID, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == id {
		f.url, f.navigatedAway = withoutQuery(address), true
	}
}

// loadingStarted records that a frame began to load, if it is this one.
func (f *frame) loadingStarted(id chrome.FrameID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == id {
		f.navigatedAway = false
	}
}

// stayed reports whether this frame is the one that stopped loading, and went
// nowhere.
func (f *frame) stayed(id chrome.FrameID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id == id && !f.navigatedAway && f.world != 0
}

// loadingStopped tells a document that the page did not leave it after all: what it
// asked for was a download, or nothing.
func (b *Browser) loadingStopped(e chrome.LoadingStopped) {
	f := b.frameOf(e.Session)
	if !f.stayed(e.Frame) {
		return
	}
	b.events.Go(func() {
		ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
		defer cancel()
		_ = f.session.Run(ctx, f.currentWorld(), "passage.stayed()") // fails if the document is gone, which is as good
	})
}

// currentWorld returns the world in the known document, or 0.
func (f *frame) currentWorld() chrome.WorldID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.world
}

func (f *frame) address() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.url
}

// withoutQuery removes user, query and fragment from an address. Of an address that
// is not http or https it keeps the scheme only, because the rest may hold the
// document itself.
func withoutQuery(address string) string {
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

// findID returns the frame's id. It searches the parent for the iframe if necessary.
func (f *frame) findID(b *bound) (chrome.FrameID, error) {
	f.mu.Lock()
	id := f.id
	f.mu.Unlock()
	if id != "" {
		return id, nil
	}
	search := *b
	search.first = f.first
	if _, err := f.parent.ask(&search, call{Op: "frame", Selectors: []string{f.selector}}); err != nil {
		return "", err
	}
	inside, _, err := f.parent.enter(b)
	if err != nil {
		return "", err
	}
	found, err := f.session.FrameIn(b, inside, "passage.frames.get("+jsString(f.selector)+")")
	if err != nil {
		return "", err
	}
	f.setID(found)
	return found, nil
}

// jsString returns a string as a JavaScript literal.
func jsString(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // cannot happen: every string can be marshalled
	}
	return string(text)
}

// enter returns the isolated world in the frame's present document, and that
// document's origin. The first call in a document makes the world.
func (f *frame) enter(b *bound) (chrome.WorldID, string, error) {
	f.mu.Lock()
	inside, origin := f.world, f.origin
	f.mu.Unlock()
	if inside != 0 {
		return inside, origin, nil
	}
	id, err := f.findID(b)
	if err != nil {
		return 0, "", err
	}
	made, err := f.session.NewWorld(b, id, worldName)
	if err != nil {
		if f.parent != nil {
			f.setID("") // the iframe was replaced: look for it again
		}
		return 0, "", err
	}
	if err := f.session.Evaluate(b, made, pageScript, &origin); err != nil {
		return 0, "", fmt.Errorf("prepare page: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.world, f.origin = made, origin
	return made, origin, nil
}
