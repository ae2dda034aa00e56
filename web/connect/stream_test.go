package connect_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// eventReader reads the server-sent events of one stream.
type eventReader struct {
	*webtest.Server
	reply *http.Response
	lines *bufio.Scanner
}

// openStream opens a stream. When the reader closes it, the server's next write
// fails.
func openStream(s *webtest.Server, address, cookie string) *eventReader {
	s.Helper()
	dialer := &net.Dialer{}
	transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.(*net.TCPConn).SetLinger(0) // a reset, at once
	}}
	s.Cleanup(transport.CloseIdleConnections)
	request, err := http.NewRequestWithContext(s.Context(), http.MethodGet, address, http.NoBody)
	s.Must(err)
	request.Header.Set("Cookie", cookie)
	reply, err := (&http.Client{Transport: transport}).Do(request)
	s.Must(err)
	s.Cleanup(func() { _ = reply.Body.Close() })
	lines := bufio.NewScanner(reply.Body)
	lines.Buffer(nil, 1<<20)
	return &eventReader{s, reply, lines}
}

// next returns the name and the data of the next event; ok is false at the end of
// the stream.
func (r *eventReader) next() (name, data string, ok bool) {
	r.Helper()
	for r.lines.Scan() {
		switch field, value, _ := strings.Cut(r.lines.Text(), ": "); {
		case field == "event":
			name = value
		case field == "data":
			data += value
		case field == "" && name != "":
			return name, data, true
		}
	}
	return "", "", false
}

// wantLive checks what the next event shows.
func (r *eventReader) wantLive(part string) {
	r.Helper()
	if name, data, _ := r.next(); name != "live" || !strings.Contains(data, part) {
		r.Errorf("got the event %q, want live with %q: %.2000s", name, part, data)
	}
}

func (r *eventReader) wantEnd() {
	r.Helper()
	if name, _, _ := r.next(); name != "end" {
		r.Errorf("got the event %q, want end", name)
	}
	if name, data, ok := r.next(); ok {
		r.Errorf("after the end came %q: %s", name, data)
	}
}

func TestStream_FollowsItsPageToTheEnd(t *testing.T) {
	t.Parallel()
	const perSubject = 20 // streams of one subject and one visitor
	for name, test := range map[string]struct {
		unknown []string
		open    func(holder *visitor, claim string) (page string)
		update  func(other *visitor, claim, page string)
		first   string
		updated string
	}{
		"session": {
			unknown: []string{"/s/sess_x/events"},
			open: func(holder *visitor, claim string) string {
				return holder.send("POST", claim).Header().Get("Location")
			},
			update:  func(other *visitor, _, page string) { other.send("POST", page+"/take-over") },
			first:   `name="password"`,
			updated: "/take-over",
		},
		"window": {
			unknown: []string{"/c/clm_x/window/events"},
			open:    func(_ *visitor, claim string) string { return claim + "/window" },
			update:  func(other *visitor, claim, _ string) { other.send("POST", claim) },
			first:   `data-status="pending"`,
			updated: `data-status="active"`,
		},
		"phone": {
			unknown: []string{"/c/clm_x/phone/phn_x/events", "/c/{claim}/phone/phn_x/events"},
			open: func(holder *visitor, claim string) string {
				return holder.send("POST", claim+"/phone").Header().Get("Location")
			},
			update:  func(other *visitor, claim, _ string) { other.send("POST", claim) },
			first:   `<svg class="qr"`,
			updated: "It goes on on your phone",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			allowEmbedding(s, merchantOrigin)
			code := s.Link().ClaimCode
			server := httptest.NewServer(s.Public)
			defer server.Close()
			for _, path := range test.unknown {
				path = strings.ReplaceAll(path, "{claim}", code)
				if reply := s.Request(s.Public, "GET", path, ""); reply.Code != http.StatusNotFound {
					t.Errorf("%s: %d", path, reply.Code)
				}
			}
			holder, other, claim := &visitor{Server: s}, &visitor{Server: s}, "/c/"+code
			page := test.open(holder, claim)
			address := server.URL + page + "/events"
			stream := openStream(s, address, holder.cookie)
			stream.wantLive(test.first)

			for range perSubject - 1 {
				gone := openStream(s, address, holder.cookie)
				gone.wantLive(test.first)
				s.Must(gone.reply.Body.Close())
			}
			if refused := openStream(s, address, holder.cookie).reply.StatusCode; refused != http.StatusTooManyRequests {
				t.Errorf("one stream too many: %d", refused)
			}
			s.Clock.Advance(time.Second) // a revision is as new as its time
			test.update(other, claim, page)
			stream.wantLive(test.updated)
			// The update is what shows the server which readers are gone.
			again := openStream(s, address, holder.cookie)
			for again.reply.StatusCode == http.StatusTooManyRequests && t.Context().Err() == nil {
				again = openStream(s, address, holder.cookie)
			}
			again.wantLive(test.updated)

			s.Clock.Advance(5 * time.Hour) // longer than the link lives
			_, err := s.DB.ExpireLinks(t.Context())
			s.Must(err)
			for _, stream := range []*eventReader{stream, again} {
				stream.wantLive(`id="live"`)
				stream.wantEnd()
			}
		})
	}
}
