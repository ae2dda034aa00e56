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
	replyRead    = 4 << 10  // bytes of the reply's body; the rest is not read
	headerBudget = 64 << 10 // bytes of the reply's header
)

// reply is the receiver's reply.
type reply struct {
	status int
	start  []byte        // of the body
	pause  time.Duration // of Retry-After
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

// newClient returns a client that dials for each request, so that the address of
// each is checked. It follows no redirects, and uses no proxy from the
// environment, which would dial unchecked.
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

// post sends a signed message. Once the status has arrived, an error of the body
// is ignored.
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
	start, _ := io.ReadAll(io.LimitReader(response.Body, replyRead)) // what has arrived is recorded
	_ = response.Body.Close()                                        // nothing more is read
	pause := retryAfter(response.Header.Get("Retry-After"), time.UnixMilli(s.db.Now()))
	return reply{status: response.StatusCode, start: start, pause: pause}, nil
}

// clientFor returns the client whose dialer has the rules of the URL's scheme.
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
