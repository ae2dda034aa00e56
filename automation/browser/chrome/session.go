package chrome

import (
	"context"
	"fmt"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

type (
	// TargetID names a window, whether a session is attached to it or not.
	TargetID string
	// ContextID names a set of windows that share cookies and storage with no others.
	ContextID string
	// FrameID names a frame of a window. A window's main frame has its TargetID.
	FrameID string
	// WorldID names a JavaScript world in one document. 0 is that of the site's own
	// scripts.
	WorldID int
	// NodeID names a node of a document.
	NodeID int
)

// Session is a connection to one window, or to the browser itself. Sessions can
// be compared. Every method ends with its context.
type Session struct {
	process *Process
	id      proto.TargetSessionID // "": the browser itself
}

// conn is what rod's typed commands are called with.
type conn struct {
	*cdp.Client
	ctx     context.Context
	session proto.TargetSessionID
}

func (c conn) GetContext() context.Context         { return c.ctx }
func (c conn) GetSessionID() proto.TargetSessionID { return c.session }

func (s Session) at(ctx context.Context) conn { return conn{s.process.client, ctx, s.id} }

func (p *Process) root(ctx context.Context) conn { return Session{process: p}.at(ctx) }

// Ping asks the process for something small and waits for the answer.
func (p *Process) Ping(ctx context.Context) error {
	_, err := proto.BrowserGetVersion{}.Call(p.root(ctx))
	return err
}

// Window is an open window with the session that it is attached to.
type Window struct {
	Session Session
	Target  TargetID
	Context ContextID
}

// OpenWindow opens a blank window. It is in a context of its own, which is off
// the record: nothing of it is written to disk.
func (p *Process) OpenWindow(ctx context.Context) (Window, error) {
	private, err := proto.TargetCreateBrowserContext{}.Call(p.root(ctx))
	if err != nil {
		return Window{}, fmt.Errorf("open private context: %w", err)
	}
	target, err := proto.TargetCreateTarget{URL: "about:blank", BrowserContextID: private.BrowserContextID}.Call(p.root(ctx))
	if err != nil {
		return Window{}, fmt.Errorf("open page: %w", err)
	}
	session, err := p.Attach(ctx, TargetID(target.TargetID))
	if err != nil {
		return Window{}, fmt.Errorf("attach to page: %w", err)
	}
	return Window{session, TargetID(target.TargetID), ContextID(private.BrowserContextID)}, nil
}

// Attach connects to a window.
func (p *Process) Attach(ctx context.Context, target TargetID) (Session, error) {
	attached, err := proto.TargetAttachToTarget{TargetID: proto.TargetTargetID(target), Flatten: true}.Call(p.root(ctx))
	if err != nil {
		return Session{}, err
	}
	return Session{p, attached.SessionID}, nil
}

// CloseWindow closes a window. An error mostly means that it has closed itself.
func (p *Process) CloseWindow(ctx context.Context, target TargetID) error {
	_, err := proto.TargetCloseTarget{TargetID: proto.TargetTargetID(target)}.Call(p.root(ctx))
	return err
}

// Minimize minimizes a window, or restores it. In a browser with visible windows it
// does nothing: somebody is looking at them.
func (p *Process) Minimize(ctx context.Context, target TargetID, minimized bool) error {
	if p.headful {
		return nil
	}
	window, err := proto.BrowserGetWindowForTarget{TargetID: proto.TargetTargetID(target)}.Call(p.root(ctx))
	if err != nil {
		return err
	}
	state := proto.BrowserWindowStateNormal
	if minimized {
		state = proto.BrowserWindowStateMinimized
	}
	return proto.BrowserSetWindowBounds{WindowID: window.WindowID, Bounds: &proto.BrowserBounds{WindowState: state}}.Call(p.root(ctx))
}

// Windows lists the open windows.
func (p *Process) Windows(ctx context.Context) ([]TargetID, error) {
	targets, err := proto.TargetGetTargets{}.Call(p.root(ctx))
	if err != nil {
		return nil, err
	}
	var windows []TargetID
	for _, info := range targets.TargetInfos {
		if info.Type == proto.TargetTargetInfoTypePage {
			windows = append(windows, TargetID(info.TargetID))
		}
	}
	return windows, nil
}

// DenyDownloads makes the browser refuse the downloads of a context.
func (p *Process) DenyDownloads(ctx context.Context, of ContextID) error {
	return proto.BrowserSetDownloadBehavior{
		Behavior:         proto.BrowserSetDownloadBehaviorBehaviorDeny,
		BrowserContextID: proto.BrowserBrowserContextID(of),
	}.Call(p.root(ctx))
}

// WatchWindows makes the browser send events of windows.
func (p *Process) WatchWindows(ctx context.Context) error {
	return proto.TargetSetDiscoverTargets{Discover: true, Filter: []*proto.TargetFilterEntry{{Type: "page"}}}.Call(p.root(ctx))
}

// WatchPage makes the browser send events of a window's dialogs and of where
// its frames go.
func (s Session) WatchPage(ctx context.Context) error { return proto.PageEnable{}.Call(s.at(ctx)) }

// WatchCrash makes the browser send an event if a window's page crashes.
func (s Session) WatchCrash(ctx context.Context) error {
	return proto.InspectorEnable{}.Call(s.at(ctx))
}
