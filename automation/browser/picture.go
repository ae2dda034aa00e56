package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

//go:embed js/mask.js
var maskScript string

// maxPicture is the largest size of a picture, in bytes.
const maxPicture = 2 << 20

// Screenshot returns a JPEG picture of the window that was used last: the page's, or
// one that Popup returned and that is still open. Before, it hides all fields, and
// all that was typed or is secret wherever it shows, in every frame and shadow
// root; afterwards it shows them again. If that fails there is no picture.
func (p *Page) Screenshot(ctx context.Context) ([]byte, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	picture, err := b.browser.picture(b, b.browser.windows.current())
	if err != nil {
		return nil, b.explain(fmt.Errorf("take picture: %w", err), func() error {
			return outcome.New(outcome.AutomationError, "take picture: the page did not answer")
		})
	}
	return picture, nil
}

// picture takes a picture of one window.
func (b *Browser) picture(ctx context.Context, window chrome.Session) (picture []byte, err error) {
	masks, err := b.mask(ctx, window)
	defer func() {
		if failed := b.unmask(window, masks); failed != nil {
			picture, err = nil, errors.Join(err, failed)
		}
	}()
	if err != nil {
		return nil, err
	}
	for _, quality := range []int{70, 25} {
		shot, err := window.Screenshot(ctx, quality)
		if err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
		if len(shot) <= maxPicture {
			return shot, nil
		}
	}
	return nil, errors.New("the picture is too large")
}

// mask hides everything private in every frame. It returns the worlds that have
// a mask, which unmask must remove even if mask fails.
func (b *Browser) mask(ctx context.Context, window chrome.Session) ([]chrome.WorldID, error) {
	tree, err := window.FrameTree(ctx)
	if err != nil {
		return nil, fmt.Errorf("list frames: %w", err)
	}
	closed, err := window.ClosedShadowRoots(ctx, tree.ID)
	if err != nil {
		return nil, err
	}
	m := &masking{ctx: ctx, window: window, values: b.private(), closed: closed}
	err = m.cover(tree)
	return m.masks, err
}

// masking is one call of mask.
type masking struct {
	ctx    context.Context
	window chrome.Session
	values []string // to hide
	closed map[chrome.FrameID][]chrome.NodeID
	masks  []chrome.WorldID
}

// cover masks a frame and those inside it. The frame itself is the last one: the
// page's mask waits until all are painted.
func (m *masking) cover(tree chrome.FrameTree) error {
	for _, child := range tree.Children {
		if err := m.cover(child); err != nil {
			return err
		}
	}
	inside, err := m.prepare(tree.ID)
	if err != nil {
		return err
	}
	m.masks = append(m.masks, inside)
	frames, err := m.coverDocument(inside, tree.ID)
	if err != nil {
		return err
	}
	if frames != len(tree.Children) {
		return fmt.Errorf("%d frames in a document where %d are known", frames, len(tree.Children))
	}
	return nil
}

// prepare makes a world in a frame, with page.js and mask.js in it.
func (m *masking) prepare(frame chrome.FrameID) (chrome.WorldID, error) {
	inside, err := m.window.NewWorld(m.ctx, frame, worldName)
	if err != nil {
		return 0, fmt.Errorf("enter frame: %w", err)
	}
	for _, script := range []string{pageScript, maskScript} {
		if err := m.window.Run(m.ctx, inside, script); err != nil {
			return 0, fmt.Errorf("prepare mask: %w", err)
		}
	}
	return inside, nil
}

// coverDocument masks a document, and returns how many frames the document holds.
func (m *masking) coverDocument(inside chrome.WorldID, frame chrome.FrameID) (int, error) {
	roots, err := m.window.ResolveNodes(m.ctx, inside, m.closed[frame])
	if err != nil {
		return 0, err
	}
	arguments := append([]chrome.Argument{{Value: append([]string{}, m.values...)}}, roots...)
	var frames *int
	err = m.window.CallFunction(m.ctx, inside, "function(...a) { return passage.mask.on(...a) }", arguments, &frames)
	if err != nil {
		return 0, fmt.Errorf("mask: %w", err)
	}
	if frames == nil {
		return 0, errors.New("mask: mask.js gave no answer")
	}
	return *frames, nil
}

// unmask shows everything again. It returns an error if a document went away under
// its mask, because then a picture may show what was to be hidden.
func (b *Browser) unmask(window chrome.Session, masks []chrome.WorldID) error {
	ctx, cancel := context.WithTimeout(b.life, 2*time.Second) // after the caller's context has ended, too
	defer cancel()
	var errs []error
	for _, inside := range masks {
		var masked bool
		switch err := window.Evaluate(ctx, inside, "passage.mask.off()", &masked); {
		case err != nil:
			errs = append(errs, fmt.Errorf("unmask: %w", err))
		case !masked:
			errs = append(errs, errors.New("unmask: there was no mask"))
		}
	}
	return errors.Join(errs...)
}
