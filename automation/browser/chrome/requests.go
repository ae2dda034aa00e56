package chrome

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/go-rod/rod/lib/proto"
)

// RequestEvent is one of the three below.
type RequestEvent interface{ requestEvent() }

// The events of requests; see WatchRequests.
type (
	// RequestStarted says that a window asks for a document, or that its scripts ask
	// for data or for another script.
	RequestStarted struct {
		Session Session
		ID      string // a redirect keeps it
		Method  string
		URL     string
	}
	// ResponseCame says that the head of a response to such a request for a document
	// or for data came. The response may be a redirect.
	ResponseCame struct {
		Session Session
		ID      string
		URL     string // without fragment
		Status  int
		Frame   FrameID // if it is the response to a request for a document
	}
	// RequestEnded says that such a request, or another one, is over.
	RequestEnded struct{ ID string }
)

func (RequestStarted) requestEvent() {}
func (ResponseCame) requestEvent()   {}
func (RequestEnded) requestEvent()   {}

// WatchRequests makes the browser report the requests that a window makes from
// now on to the function that OnRequests set.
func (s Session) WatchRequests(ctx context.Context) error {
	none := 0
	return proto.NetworkEnable{MaxTotalBufferSize: &none, MaxResourceBufferSize: &none}.Call(s.at(ctx)) // nobody reads bodies
}

// OnRequests sets what is called with each RequestStarted, ResponseCame and
// RequestEnded. When the browser answers a command, what it reported before that is
// handled already. The function must not wait.
func (p *Process) OnRequests(handle func(RequestEvent)) { p.onRequests.Store(&handle) }

// Beginnings of messages. The browser writes the method first.
var (
	networkPrefix = []byte(`{"method":"Network.`)
	requestSent   = []byte(`requestWillBeSent"`)
	response      = []byte(`responseReceived"`)
	loaded        = []byte(`loadingFinished"`)
	notLoaded     = []byte(`loadingFailed"`)
)

// takeRequest handles a message about a request, and reports whether it is one.
// Nobody else needs these messages, and most of them are of no use: they are not
// even decoded, above all those that hold headers.
func (p *Process) takeRequest(message []byte) bool {
	about, ok := bytes.CutPrefix(message, networkPrefix)
	if !ok {
		return false
	}
	handle := p.onRequests.Load()
	of := func(method []byte) bool { return bytes.HasPrefix(about, method) }
	if handle == nil || !of(requestSent) && !of(response) && !of(loaded) && !of(notLoaded) {
		return true
	}
	var e requestMessage
	if json.Unmarshal(message, &e) != nil {
		return true // what is seen of requests is a help, and no more
	}
	session := Session{p, e.SessionID}
	switch {
	case of(loaded), of(notLoaded):
		(*handle)(RequestEnded{e.Params.ID})
	case !watchedRequests[e.Params.Type]:
	case of(response):
		e.came(session, e.Params.Response, *handle)
	default:
		e.came(session, e.Params.Redirect, *handle)
		(*handle)(RequestStarted{session, e.Params.ID, e.Params.Request.Method, e.Params.Request.URL})
	}
	return true
}

// requestMessage is what is read of a message about a request.
type requestMessage struct {
	SessionID proto.TargetSessionID `json:"sessionId"`
	Params    struct {
		ID       string                    `json:"requestId"`
		Type     proto.NetworkResourceType `json:"type"`
		Frame    FrameID                   `json:"frameId"`
		Request  struct{ Method, URL string }
		Response *responseHead `json:"response"`
		Redirect *responseHead `json:"redirectResponse"`
	} `json:"params"`
}

type responseHead struct {
	URL    string `json:"url"`
	Status int    `json:"status"`
}

// came hands on that a response came, if there is one.
func (e *requestMessage) came(session Session, head *responseHead, handle func(RequestEvent)) {
	if head == nil || e.Params.Type == proto.NetworkResourceTypeScript {
		return
	}
	came := ResponseCame{Session: session, ID: e.Params.ID, URL: head.URL, Status: head.Status}
	if e.Params.Type == proto.NetworkResourceTypeDocument {
		came.Frame = e.Params.Frame
	}
	handle(came)
}

// watchedRequests are the kinds of requests with which a page gets what it shows.
// Those that stay open for ever are not among them.
var watchedRequests = map[proto.NetworkResourceType]bool{
	proto.NetworkResourceTypeXHR: true, proto.NetworkResourceTypeFetch: true,
	proto.NetworkResourceTypeScript: true, proto.NetworkResourceTypeDocument: true,
}
