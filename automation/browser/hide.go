package browser

import (
	"context"
	"fmt"
	"time"

	"passage/automation/browser/chrome"
)

// showWithin is how long it may take to hide or to show the windows.
const showWithin = 5 * time.Second

// Hide minimizes the browser's windows, as a user does who turns to another one.
// The site's scripts and timers go on, but nothing is drawn any more, and timers
// are due once a second at most. So an animated page costs next to nothing while its
// user thinks. Nothing else may be done with the page until Show.
func (b *Browser) Hide(ctx context.Context) error { return b.minimize(ctx, true) }

// Show undoes Hide.
func (b *Browser) Show(ctx context.Context) error { return b.minimize(ctx, false) }

func (b *Browser) minimize(ctx context.Context, minimized bool) error {
	ctx, cancel := context.WithTimeout(ctx, showWithin)
	defer cancel()
	ctx, stop := merge(ctx, b.life)
	defer stop()
	for _, window := range b.windows.open() {
		if err := b.process.Minimize(ctx, window, minimized); err != nil {
			return fmt.Errorf("minimize window: %w", err)
		}
	}
	return nil
}

// open lists the page's own window, and the one that is followed.
func (w *windows) open() []chrome.TargetID {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.followed == nil {
		return []chrome.TargetID{w.page}
	}
	return []chrome.TargetID{w.page, w.target}
}
