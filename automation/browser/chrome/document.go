package chrome

import (
	"context"
	"fmt"

	"github.com/go-rod/rod/lib/proto"
)

// Navigation is what became of Navigate.
type Navigation struct {
	SameDocument bool   // the document was kept
	Error        string // the browser's code of why no document was loaded, or ""
}

// Navigate opens an address in a frame and returns when its document begins to load.
func (s Session) Navigate(ctx context.Context, frame FrameID, address string) (Navigation, error) {
	result, err := proto.PageNavigate{URL: address, FrameID: proto.PageFrameID(frame)}.Call(s.at(ctx))
	if err != nil {
		return Navigation{}, err
	}
	return Navigation{SameDocument: result.LoaderID == "", Error: result.ErrorText}, nil
}

// StopLoading ends a window's navigation.
func (s Session) StopLoading(ctx context.Context) error {
	return proto.PageStopLoading{}.Call(s.at(ctx))
}

// AnswerDialog answers a native dialog. The text is that of a prompt.
func (s Session) AnswerDialog(ctx context.Context, accept bool, text string) error {
	return proto.PageHandleJavaScriptDialog{Accept: accept, PromptText: text}.Call(s.at(ctx))
}

// Screenshot returns a JPEG picture of what a window shows. The quality is
// between 0 and 100.
func (s Session) Screenshot(ctx context.Context, quality int) ([]byte, error) {
	shot, err := proto.PageCaptureScreenshot{Format: proto.PageCaptureScreenshotFormatJpeg, Quality: &quality}.Call(s.at(ctx))
	if err != nil {
		return nil, err
	}
	return shot.Data, nil
}

// FrameTree is a frame with those inside it.
type FrameTree struct {
	ID       FrameID
	Children []FrameTree
}

// FrameTree returns a window's frames.
func (s Session) FrameTree(ctx context.Context) (FrameTree, error) {
	tree, err := proto.PageGetFrameTree{}.Call(s.at(ctx))
	if err != nil {
		return FrameTree{}, err
	}
	return frameTree(tree.FrameTree), nil
}

func frameTree(tree *proto.PageFrameTree) FrameTree {
	frames := FrameTree{ID: FrameID(tree.Frame.ID)}
	for _, child := range tree.ChildFrames {
		frames.Children = append(frames.Children, frameTree(child))
	}
	return frames
}

// ClosedShadowRoots finds the closed shadow roots of a window's documents, by
// frame. They are the only ones that a script cannot find by itself. main is the
// window's main frame.
func (s Session) ClosedShadowRoots(ctx context.Context, main FrameID) (map[FrameID][]NodeID, error) {
	depth := -1
	document, err := proto.DOMGetDocument{Depth: &depth, Pierce: true}.Call(s.at(ctx))
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	if err := (proto.DOMDisable{}).Call(s.at(ctx)); err != nil { // reading the document has switched events on
		return nil, fmt.Errorf("read document: %w", err)
	}
	roots := map[FrameID][]NodeID{}
	collectClosedRoots(roots, document.Root, main)
	return roots, nil
}

func collectClosedRoots(roots map[FrameID][]NodeID, node *proto.DOMNode, frame FrameID) {
	if node.ShadowRootType == proto.DOMShadowRootTypeClosed {
		roots[frame] = append(roots[frame], NodeID(node.BackendNodeID))
	}
	for _, child := range node.Children {
		collectClosedRoots(roots, child, frame)
	}
	for _, root := range node.ShadowRoots {
		collectClosedRoots(roots, root, frame)
	}
	if node.ContentDocument != nil {
		collectClosedRoots(roots, node.ContentDocument, FrameID(node.FrameID))
	}
}

// ResolveNodes turns nodes into arguments of a function that is called in a world.
func (s Session) ResolveNodes(ctx context.Context, world WorldID, nodes []NodeID) ([]Argument, error) {
	arguments := make([]Argument, len(nodes))
	for i, id := range nodes {
		node, err := proto.DOMResolveNode{
			BackendNodeID: proto.DOMBackendNodeID(id), ExecutionContextID: proto.RuntimeExecutionContextID(world),
		}.Call(s.at(ctx))
		if err != nil {
			return nil, fmt.Errorf("find shadow root: %w", err)
		}
		arguments[i].Object = node.Object.ObjectID
	}
	return arguments, nil
}
