package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	replyRead    = 4 << 10  // of a reply's body; the rest is left unread
	headerBudget = 64 << 10 // of a reply's header
)

// reply is what came back.
type reply struct {
	status int
	start  []byte // of the body
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

// newClient makes a client that dials afresh for each request, so that each
// request's address is checked, follows nothing, and takes no proxy from the
// environment, which would do the dialing unchecked.
func newClient(dial dial) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dial,
			DisableKeepAlives:      true,
			DisableCompression:     true,
			MaxResponseHeaderBytes: headerBudget,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// post sends a signed message. Once a status has come the reply stands,
// whatever becomes of its body.
func (s *Sender) post(ctx context.Context, target string, m message) (reply, error) {
	client, err := s.clientFor(target)
	if err != nil {
		return reply{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(m.body))
	if err != nil {
		return reply{}, errAddress
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Passage")
	if err := m.sign(request.Header, time.UnixMilli(s.db.Now())); err != nil {
		return reply{}, err
	}
	response, err := client.Do(request)
	if err != nil {
		return reply{}, fmt.Errorf("send webhook: %w", err)
	}
	start, _ := io.ReadAll(io.LimitReader(response.Body, replyRead)) // what came is all there is to record
	_ = response.Body.Close()                                        // nothing more is wanted of it
	return reply{status: response.StatusCode, start: start}, nil
}

// clientFor picks the client whose dialer holds the rules of the URL's scheme.
func (s *Sender) clientFor(target string) (*http.Client, error) {
	parsed, err := url.Parse(target)
	if err != nil || parsed.Hostname() == "" {
		return nil, errAddress
	}
	switch parsed.Scheme {
	case "https":
		return s.secure, nil
	case "http":
		return s.plain, nil
	default:
		return nil, errAddress
	}
}
