package connect_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/web/webtest"
)

// No middleware may hold the events of a stream back.
func TestStream_ReachesTheReaderAtOnce(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	claimed := s.Request(s.Public, "POST", "/c/"+s.Link().ClaimCode, "")
	stream := claimed.Header().Get("Location") + "/events"
	head := s.Request(s.Public, "HEAD", stream, "", "Cookie", claimed.Header().Get("Set-Cookie"))
	if head.Code != http.StatusOK || head.Header().Get("Content-Type") != "text/event-stream" || head.Body.Len() > 0 {
		t.Errorf("a HEAD gets %d %v %q", head.Code, head.Header(), head.Body)
	}
	server := httptest.NewServer(s.Public)
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+stream, nil)
	s.Must(err)
	request.Header.Set("Cookie", claimed.Header().Get("Set-Cookie"))
	reply, err := server.Client().Do(request)
	s.Must(err)
	defer reply.Body.Close()
	for name, want := range map[string]string{"Content-Type": "text/event-stream", "X-Accel-Buffering": "no", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		if got := reply.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	lines := bufio.NewScanner(reply.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), "password") {
			return // the form is there, while the stream is open
		}
	}
	t.Errorf("the stream ended: %v", lines.Err())
}
