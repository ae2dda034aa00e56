package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What stands around the handlers must not keep a stream's events back.
func TestAStreamGetsThroughToItsReader(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	claimed := h.ask(h.public, "POST", "/c/"+h.link().ClaimCode, "")
	stream := claimed.Header().Get("Location") + "/events"
	head := h.ask(h.public, "HEAD", stream, "", "Cookie", claimed.Header().Get("Set-Cookie"))
	if head.Code != http.StatusOK || head.Header().Get("Content-Type") != "text/event-stream" || head.Body.Len() > 0 {
		t.Errorf("a HEAD gets %d %v %q", head.Code, head.Header(), head.Body)
	}
	server := httptest.NewServer(h.public)
	defer server.Close()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+stream, nil)
	h.must(err)
	request.Header.Set("Cookie", claimed.Header().Get("Set-Cookie"))
	reply, err := server.Client().Do(request)
	h.must(err)
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
			return // the form is there, while the stream goes on
		}
	}
	t.Errorf("the stream ended: %v", lines.Err())
}
