package chrome

import (
	"encoding/json"
	"time"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"

	"passage/automation/outcome"
)

// Event is one of the events below.
type Event interface{ event() }

// The events of windows.
type (
	// WindowOpened says that a window appeared.
	WindowOpened struct {
		Target  TargetID
		Context ContextID
	}
	// WindowClosed says that a window is no longer there.
	WindowClosed struct{ Target TargetID }
	// Detached says that a session has ended, with its window.
	Detached struct{ Session Session }
	// PageCrashed says that the page of a window has crashed.
	PageCrashed struct{}
	// DialogOpened says that a window shows a native dialog, which stops its page
	// until the dialog is answered.
	DialogOpened struct {
		Session      Session
		Message      string
		BeforeUnload bool // it asks whether the page may be left
		Prompt       bool // it asks for a text
	}
)

// The events of frames.
type (
	// LoadingStarted says that a frame began to load something.
	LoadingStarted struct {
		Session Session
		Frame   FrameID
	}
	// LoadingStopped says that a frame ceased to load.
	LoadingStopped struct {
		Session Session
		Frame   FrameID
	}
	// DownloadRefused says that an address gave a file, which was not downloaded.
	DownloadRefused struct {
		Session Session
		File    string // the name that the browser would give it, which says its type
	}
	// Navigated says that a frame went to an address, in another document or in
	// the same one.
	Navigated struct {
		Session Session
		Frame   FrameID
		URL     string
	}
)

func (WindowOpened) event()    {}
func (WindowClosed) event()    {}
func (Detached) event()        {}
func (PageCrashed) event()     {}
func (DialogOpened) event()    {}
func (LoadingStarted) event()  {}
func (LoadingStopped) event()  {}
func (DownloadRefused) event() {}
func (Navigated) event()       {}

// Events yields the browser's events in order, until the connection ends. The
// caller must not wait for the browser between two events: an event that is not
// taken holds up the answers behind it. It is called once.
func (p *Process) Events(yield func(Event) bool) {
	for message := range p.client.Event() {
		event, err := p.decode(message)
		if err != nil {
			p.end(outcome.Wrap(outcome.ConnectionFailed, err, "the browser sent an event that cannot be read"))
			continue
		}
		if event != nil && !yield(event) {
			return
		}
	}
	p.disconnected()
}

// decode returns nil for an event that nobody needs.
func (p *Process) decode(message *cdp.Event) (Event, error) {
	session := Session{p, proto.TargetSessionID(message.SessionID)}
	switch message.Method {
	case "Inspector.targetCrashed":
		return PageCrashed{}, nil
	case "Target.detachedFromTarget":
		e, err := params[proto.TargetDetachedFromTarget](message)
		return Detached{Session{p, e.SessionID}}, err
	case "Target.targetCreated":
		e, err := params[proto.TargetTargetCreated](message)
		if err != nil || e.TargetInfo == nil || e.TargetInfo.Type != proto.TargetTargetInfoTypePage {
			return nil, err
		}
		return WindowOpened{TargetID(e.TargetInfo.TargetID), ContextID(e.TargetInfo.BrowserContextID)}, nil
	case "Target.targetDestroyed":
		e, err := params[proto.TargetTargetDestroyed](message)
		return WindowClosed{TargetID(e.TargetID)}, err
	case "Page.javascriptDialogOpening":
		e, err := params[proto.PageJavascriptDialogOpening](message)
		return DialogOpened{session, e.Message, e.Type == proto.PageDialogTypeBeforeunload, e.Type == proto.PageDialogTypePrompt}, err
	case "Page.frameStartedLoading":
		e, err := params[proto.PageFrameStartedLoading](message)
		return LoadingStarted{session, FrameID(e.FrameID)}, err
	case "Page.frameStoppedLoading":
		e, err := params[proto.PageFrameStoppedLoading](message)
		return LoadingStopped{session, FrameID(e.FrameID)}, err
	case "Page.downloadWillBegin":
		e, err := params[proto.PageDownloadWillBegin](message)
		return DownloadRefused{session, e.SuggestedFilename}, err
	case "Page.frameNavigated":
		e, err := params[proto.PageFrameNavigated](message)
		if err != nil || e.Frame == nil {
			return nil, err
		}
		return Navigated{session, FrameID(e.Frame.ID), e.Frame.URL}, nil
	case "Page.navigatedWithinDocument":
		e, err := params[proto.PageNavigatedWithinDocument](message)
		return Navigated{session, FrameID(e.FrameID), e.URL}, err
	}
	return decodeAuth(session, message)
}

func params[T any](message *cdp.Event) (decoded T, err error) {
	err = json.Unmarshal(message.Params, &decoded)
	return decoded, err
}

// disconnected ends the process's life after the pipe has closed. The exit of
// the process gives a better cause, if it comes within a moment.
func (p *Process) disconnected() {
	wait := time.NewTimer(500 * time.Millisecond)
	defer wait.Stop()
	select {
	case <-p.exited: // watchExit reports it
	case <-wait.C:
		p.end(outcome.New(outcome.ConnectionFailed, "the connection to the browser ended"))
	}
}
