package chrome

import (
	"context"
	"strings"

	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/proto"
)

// The events of WatchAuth.
type (
	// DocumentRequested says that a window waits for leave to ask for a document; see
	// ContinueRequest.
	DocumentRequested struct {
		Session Session
		ID      string
		headers proto.NetworkHeaders
	}
	// AuthRequired says that a server asks who the user is, and that the request
	// waits for AnswerAuth.
	AuthRequired struct {
		Session Session
		ID      string
		Frame   FrameID
		Origin  string
		Scheme  string // in lower case, such as basic
		Proxy   bool   // it is a proxy that asks
	}
)

func (DocumentRequested) event() {}
func (AuthRequired) event()      {}

// decodeAuth returns nil for an event that is none of these.
func decodeAuth(session Session, message *cdp.Event) (Event, error) {
	switch message.Method {
	case "Fetch.requestPaused":
		e, err := params[proto.FetchRequestPaused](message)
		if err != nil || e.Request == nil {
			return nil, err
		}
		return DocumentRequested{session, string(e.RequestID), e.Request.Headers}, nil
	case "Fetch.authRequired":
		e, err := params[proto.FetchAuthRequired](message)
		if err != nil || e.AuthChallenge == nil {
			return nil, err
		}
		challenge := e.AuthChallenge
		return AuthRequired{session, string(e.RequestID), FrameID(e.FrameID), challenge.Origin, strings.ToLower(challenge.Scheme), challenge.Source == proto.FetchAuthChallengeSourceProxy}, nil
	}
	return nil, nil
}

// WatchAuth makes the browser send events of the documents that a window asks for,
// and none with false. Each request waits until it is answered.
func (s Session) WatchAuth(ctx context.Context, on bool) error {
	if !on {
		return proto.FetchDisable{}.Call(s.at(ctx))
	}
	return proto.FetchEnable{
		Patterns:           []*proto.FetchRequestPattern{{URLPattern: "*", ResourceType: proto.NetworkResourceTypeDocument}},
		HandleAuthRequests: true,
	}.Call(s.at(ctx))
}

// ContinueRequest lets a request go on. With anonymous, it does not take along the
// credentials that the browser remembers for the origin; if the server asks for
// credentials then, the browser forgets those.
func (s Session) ContinueRequest(ctx context.Context, e DocumentRequested, anonymous bool) error {
	command := proto.FetchContinueRequest{RequestID: proto.FetchRequestID(e.ID)}
	if anonymous {
		for name, value := range e.headers {
			command.Headers = append(command.Headers, &proto.FetchHeaderEntry{Name: name, Value: value.Str()})
		}
		command.Headers = append(command.Headers, &proto.FetchHeaderEntry{Name: "Authorization", Value: "none"})
	}
	return command.Call(s.at(ctx))
}

// Credentials are what HTTP Basic asks for.
type Credentials struct{ User, Password string }

// AnswerAuth gives a server credentials, or with nil none, so that the window gets
// what the server shows then.
func (s Session) AnswerAuth(ctx context.Context, id string, credentials *Credentials) error {
	answer := &proto.FetchAuthChallengeResponse{Response: proto.FetchAuthChallengeResponseResponseCancelAuth}
	if credentials != nil {
		answer = &proto.FetchAuthChallengeResponse{
			Response: proto.FetchAuthChallengeResponseResponseProvideCredentials,
			Username: credentials.User, Password: credentials.Password,
		}
	}
	return proto.FetchContinueWithAuth{RequestID: proto.FetchRequestID(id), AuthChallengeResponse: answer}.Call(s.at(ctx))
}
