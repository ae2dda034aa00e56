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

// worldName is the name of the isolated world in which our scripts run: they share
// the document with the site's scripts, and nothing else.
const worldName = "passage"

// frame is one frame of the page: the main one, or one inside an iframe that
// parent finds by selector.
type frame struct {
	browser  *Browser
	session  chrome.Session // of the window that it is in
	parent   *frame
	selector string

	life context.Context // of the window, where it is not the page's own; else nil

	mu     sync.Mutex
	id     chrome.FrameID
	world  chrome.WorldID // our world in its present document; 0: not made yet
	origin string         // of that document
	url    string
	left   bool // another document has come since it last began to load
}

func (f *frame) moveTo(id chrome.FrameID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id, f.world, f.origin = id, 0, ""
}

// forget drops what is known of the present document, because it is gone.
func (f *frame) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.world, f.origin = 0, ""
}

// navigated notes where a frame went, if it is this one.
func (f *frame) navigated(id chrome.FrameID, address string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == id {
		f.url, f.left = plain(address), true
	}
}

// loadingStarted notes that a frame began to load, if it is this one.
func (f *frame) loadingStarted(id chrome.FrameID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.id == id {
		f.left = false
	}
}

// stayed reports whether this frame is the one that ceased to load, and went
// nowhere.
func (f *frame) stayed(id chrome.FrameID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.id == id && !f.left && f.world != 0
}

// loadingStopped tells a page's document if it was not left after all: what it
// asked for was a download, or nothing.
func (b *Browser) loadingStopped(e chrome.LoadingStopped) {
	f := b.frameOf(e.Session)
	if !f.stayed(e.Frame) {
		return
	}
	b.events.Go(func() {
		ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
		defer cancel()
		_ = f.session.Run(ctx, f.present(), "passage.stay()") // an error means that the document is gone, which is as good
	})
}

// present returns our world in the document that is known, or 0.
func (f *frame) present() chrome.WorldID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.world
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
func (f *frame) find(b *bound) (chrome.FrameID, error) {
	f.mu.Lock()
	id := f.id
	f.mu.Unlock()
	if id != "" {
		return id, nil
	}
	if _, err := f.parent.ask(b, call{Op: "frame", Selectors: []string{f.selector}}); err != nil {
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
	f.moveTo(found)
	return found, nil
}

// jsString writes a string as JavaScript does.
func jsString(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // cannot be: every string can be marshalled
	}
	return string(text)
}

// enter returns our isolated world in the frame's present document and that
// document's origin, making the world at the first call in each document.
func (f *frame) enter(b *bound) (chrome.WorldID, string, error) {
	f.mu.Lock()
	inside, origin := f.world, f.origin
	f.mu.Unlock()
	if inside != 0 {
		return inside, origin, nil
	}
	id, err := f.find(b)
	if err != nil {
		return 0, "", err
	}
	made, err := f.session.NewWorld(b, id, worldName)
	if err != nil {
		if f.parent != nil {
			f.moveTo("") // the iframe was replaced: look for it again
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
