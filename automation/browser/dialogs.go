package browser

import (
	"context"
	"sync"
	"time"

	"passage/automation/browser/chrome"
)

// dialogs say how native dialogs are answered, and keep their messages.
type dialogs struct {
	mu     sync.Mutex
	accept bool
	text   string
	said   []string
}

// maxDialogs is how many messages are kept.
const maxDialogs = 20

// Dialogs sets how native dialogs are answered from now on: dismissed, which is the
// default, or accepted, a prompt with the text. It returns the messages of the
// dialogs since the last call.
func (p *Page) Dialogs(accept bool, text string) []string {
	d := &p.frame.browser.dialogs
	d.mu.Lock()
	defer d.mu.Unlock()
	said := d.said
	d.accept, d.text, d.said = accept, text, nil
	return said
}

// last returns the beginning of the newest message that Dialogs has not returned.
func (d *dialogs) last() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.said) == 0 {
		return ""
	}
	return shorten(d.said[len(d.said)-1])
}

// answerDialog answers a dialog, because one that stays open stops the page and
// every call. The page may always be left.
func (b *Browser) answerDialog(e chrome.DialogOpened) {
	ctx, cancel := context.WithTimeout(b.life, 5*time.Second)
	defer cancel()
	d := &b.dialogs
	d.mu.Lock()
	if !e.BeforeUnload && len(d.said) < maxDialogs {
		d.said = append(d.said, e.Message)
	}
	accept, text := e.BeforeUnload || d.accept, ""
	if e.Prompt && d.accept {
		text = d.text
	}
	d.mu.Unlock()
	// An error means that the page and its dialog have gone away meanwhile.
	_ = e.Session.AnswerDialog(ctx, accept, text)
}
