package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"passage/automation/browser/chrome"
	"passage/automation/outcome"
)

//go:embed js/mask.js
var maskScript string

// maxPicture is the most that a picture may weigh.
const maxPicture = 2 << 20

// Screenshot returns a JPEG picture of what the window shows that was worked in
// last: the page's, or one that Popup gave and that is still open. All fields, and all
// that was typed or is secret wherever it shows, in every frame and shadow root,
// are hidden first and shown again after. Where that fails there is no picture.
func (p *Page) Screenshot(ctx context.Context) ([]byte, error) {
	b := p.bound(ctx, elementWithin)
	defer b.cancel()
	picture, err := b.browser.picture(b.browser.at(b, b.browser.windows.inUse()))
	if err != nil {
		return nil, b.ended(fmt.Errorf("take picture: %w", err), func() error {
			return outcome.New(outcome.AutomationError, "take picture: the page did not answer")
		})
	}
	return picture, nil
}

// picture is Screenshot of one window.
func (b *Browser) picture(of chrome.Conn) (picture []byte, err error) {
	masks, err := b.mask(of)
	defer func() {
		if failed := b.unmask(of.GetSessionID(), masks); failed != nil {
			picture, err = nil, errors.Join(err, failed)
		}
	}()
	if err != nil {
		return nil, err
	}
	for _, quality := range []int{70, 25} {
		shot, err := proto.PageCaptureScreenshot{
			Format:  proto.PageCaptureScreenshotFormatJpeg,
			Quality: &quality,
		}.Call(of)
		if err != nil {
			return nil, fmt.Errorf("capture: %w", err)
		}
		if len(shot.Data) <= maxPicture {
			return shot.Data, nil
		}
	}
	return nil, errors.New("the picture is too large")
}

// mask hides everything private in every frame. The masks it returns are to be
// taken off, with an error too.
func (b *Browser) mask(to chrome.Conn) ([]proto.RuntimeExecutionContextID, error) {
	tree, err := proto.PageGetFrameTree{}.Call(to)
	if err != nil {
		return nil, fmt.Errorf("list frames: %w", err)
	}
	closed, err := closedRoots(to, tree.FrameTree.Frame.ID)
	if err != nil {
		return nil, err
	}
	var masks []proto.RuntimeExecutionContextID
	values := b.private()
	var cover func(tree *proto.PageFrameTree) error
	cover = func(tree *proto.PageFrameTree) error {
		for _, child := range tree.ChildFrames { // the page last, which then waits until all are painted
			if err := cover(child); err != nil {
				return err
			}
		}
		inside, err := maskable(to, tree.Frame.ID)
		if err != nil {
			return err
		}
		masks = append(masks, inside)
		frames, err := maskFrame(to, inside, values, closed[tree.Frame.ID])
		if err != nil {
			return err
		}
		if frames != len(tree.ChildFrames) {
			return fmt.Errorf("%d frames in a document where %d are known", frames, len(tree.ChildFrames))
		}
		return nil
	}
	return masks, cover(tree.FrameTree)
}

// maskable returns a frame's world with page.js and mask.js in it.
func maskable(to chrome.Conn, frame proto.PageFrameID) (proto.RuntimeExecutionContextID, error) {
	made, err := proto.PageCreateIsolatedWorld{FrameID: frame, WorldName: world}.Call(to)
	if err != nil {
		return 0, fmt.Errorf("enter frame: %w", err)
	}
	for _, script := range []string{pageScript, maskScript} {
		result, err := proto.RuntimeEvaluate{Expression: script, ContextID: made.ExecutionContextID}.Call(to)
		if err != nil {
			return 0, fmt.Errorf("prepare mask: %w", err)
		}
		if e := result.ExceptionDetails; e != nil {
			return 0, fmt.Errorf("prepare mask: line %d: %s", e.LineNumber, e.Text)
		}
	}
	return made.ExecutionContextID, nil
}

// maskFrame puts a frame's mask on and returns how many frames the frame holds.
func maskFrame(to chrome.Conn, inside proto.RuntimeExecutionContextID, values []string, roots []proto.DOMBackendNodeID) (int, error) {
	found, err := handed(to, inside, roots)
	if err != nil {
		return 0, err
	}
	arguments := append([]map[string]any{{"value": append([]string{}, values...)}}, found...)
	message, err := to.Call(to.GetContext(), string(to.GetSessionID()), "Runtime.callFunctionOn", map[string]any{
		"functionDeclaration": "function(...a) { return passage.mask.on(...a) }",
		"executionContextId":  inside,
		"arguments":           arguments,
		"awaitPromise":        true,
		"returnByValue":       true,
	})
	if err != nil {
		return 0, fmt.Errorf("mask: %w", err)
	}
	var reply struct {
		Result           struct{ Value *int }
		ExceptionDetails *struct{ LineNumber int }
	}
	if err := json.Unmarshal(message, &reply); err != nil {
		return 0, fmt.Errorf("mask: %w", err)
	}
	if reply.ExceptionDetails != nil || reply.Result.Value == nil {
		return 0, fmt.Errorf("mask.js failed: %+v", reply.ExceptionDetails)
	}
	return *reply.Result.Value, nil
}

// unmask shows everything again. An error means that a document went away
// under its mask: what a picture shows then is not known.
func (b *Browser) unmask(session proto.TargetSessionID, masks []proto.RuntimeExecutionContextID) error {
	ctx, cancel := context.WithTimeout(b.life, 2*time.Second) // also when the caller has gone
	defer cancel()
	var faults []error
	for _, inside := range masks {
		result, err := proto.RuntimeEvaluate{Expression: "passage.mask.off()", ContextID: inside, ReturnByValue: true}.Call(b.at(ctx, session))
		switch {
		case err != nil:
			faults = append(faults, fmt.Errorf("unmask: %w", err))
		case result.ExceptionDetails != nil || !result.Result.Value.Bool():
			faults = append(faults, errors.New("unmask: there was no mask"))
		}
	}
	return errors.Join(faults...)
}

// closedRoots finds the closed shadow roots of every document, by frame: the
// only ones that a script cannot find by itself.
func closedRoots(to chrome.Conn, main proto.PageFrameID) (map[proto.PageFrameID][]proto.DOMBackendNodeID, error) {
	depth := -1
	document, err := proto.DOMGetDocument{Depth: &depth, Pierce: true}.Call(to)
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	if err := (proto.DOMDisable{}).Call(to); err != nil { // reading it switches events on
		return nil, fmt.Errorf("read document: %w", err)
	}
	found := map[proto.PageFrameID][]proto.DOMBackendNodeID{}
	var walk func(node *proto.DOMNode, frame proto.PageFrameID)
	walk = func(node *proto.DOMNode, frame proto.PageFrameID) {
		if node.ShadowRootType == proto.DOMShadowRootTypeClosed {
			found[frame] = append(found[frame], node.BackendNodeID)
		}
		for _, child := range node.Children {
			walk(child, frame)
		}
		for _, root := range node.ShadowRoots {
			walk(root, frame)
		}
		if node.ContentDocument != nil {
			walk(node.ContentDocument, node.FrameID)
		}
	}
	walk(document.Root, main)
	return found, nil
}

// handed gives shadow roots to a world, as the arguments of a call in it.
func handed(to chrome.Conn, inside proto.RuntimeExecutionContextID, roots []proto.DOMBackendNodeID) ([]map[string]any, error) {
	arguments := make([]map[string]any, len(roots))
	for i, id := range roots {
		root, err := proto.DOMResolveNode{BackendNodeID: id, ExecutionContextID: inside}.Call(to)
		if err != nil {
			return nil, fmt.Errorf("find shadow root: %w", err)
		}
		arguments[i] = map[string]any{"objectId": root.Object.ObjectID}
	}
	return arguments, nil
}
