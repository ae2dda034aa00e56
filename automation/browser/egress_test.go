package browser

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// TestBrowser_LeavesOnlyThroughTheProxy lets a page try every way out. If the
// system allows it, the test runs in a network namespace, in which every address
// is this machine's and every packet is captured. Otherwise it sees only what
// reaches its sinks.
func TestBrowser_LeavesOnlyThroughTheProxy(t *testing.T) {
	t.Parallel()
	if inOwnNetwork(t) {
		return
	}
	out := &sinks{}
	tcp, udp := out.listen(t), out.listenPacket(t)
	_, port, _ := net.SplitHostPort(tcp)
	fill := strings.NewReplacer("{tcp}", tcp, "{udp}", udp, "{port}", port).Replace
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownsPort(t, r.RemoteAddr) {
			out.note("to the site past the proxy: %s", r.URL.Path)
		}
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "http://"+tcp+"/redirected", http.StatusFound)
		case "/service.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, fill(serviceWorker))
		default:
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Link", fill("<http://{tcp}/linked>; rel=preload; as=script, <http://early.unlisted.example>; rel=preconnect"))
			w.Header().Set("Content-Security-Policy-Report-Only", fill("img-src 'self'; report-uri http://{tcp}/report"))
			_, _ = io.WriteString(w, fill(everyWayOut))
		}
	}))
	t.Cleanup(site.Close)
	b := open(t, site.URL)
	packets := capture(t, b.process.ProxyAddress(), site.Listener.Addr().String())
	page := visit(t, b, site.URL+"/")
	if err := waitText(t, page, "#done", "done"); err != nil {
		t.Fatal(err)
	}
	visit(t, b, site.URL+"/again") // what a page does when it is left
	if err := waitText(t, page, "#done", "done"); err != nil {
		t.Fatal(err)
	}
	if told := must[int](t)(page.Count(t.Context(), ".own")); told != 0 {
		t.Errorf("the page knows %d addresses of this machine", told)
	}
	b.Close()
	for _, seen := range slices.Concat(out.all(), packets()) {
		t.Error(seen)
	}
}

// sinks listen on addresses that no policy lists. Nothing may reach them.
type sinks struct {
	mu   sync.Mutex
	seen []string
}

func (s *sinks) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, fmt.Sprintf(format, args...))
}

func (s *sinks) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(s.seen)))
}

func (s *sinks) listen(t *testing.T) string {
	t.Helper()
	return strings.TrimPrefix(serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.note("to an unlisted host: %s %s", r.Method, r.URL.Path)
	})), "http://")
}

func (s *sinks) listenPacket(t *testing.T) string {
	t.Helper()
	sink, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := sink.ReadFrom(buffer)
			if err != nil {
				return
			}
			s.note("UDP, %d bytes from %s", n, from)
		}
	})
	t.Cleanup(func() { _ = sink.Close(); reading.Wait() })
	return sink.LocalAddr().String()
}

// ownsPort reports whether the other end of a connection belongs to this process,
// as the proxy does and the browser does not.
func ownsPort(t *testing.T, address string) bool {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Error(err)
		return false
	}
	number, _ := strconv.Atoi(port)
	table, err := os.ReadFile("/proc/self/net/tcp")
	if err != nil {
		t.Error(err)
	}
	suffix := fmt.Sprintf(":%04X", number)
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && holds("socket:["+fields[9]+"]") {
			return true
		}
	}
	return false
}

// holds reports whether this process has a file open.
func holds(file string) bool {
	files, _ := filepath.Glob("/proc/self/fd/*")
	return slices.ContainsFunc(files, func(path string) bool {
		target, err := os.Readlink(path)
		return err == nil && target == file
	})
}
