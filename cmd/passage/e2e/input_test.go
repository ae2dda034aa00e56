package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func logContains(log *processLog, text string) bool { return strings.Contains(log.String(), text) }

// send makes a request as anybody outside may, and returns what came.
func (s *serverProcess) send(method, url, contentType, key string, body []byte) (status int, text string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	reply, err := plainClient.Do(request)
	if err != nil {
		return 0, err.Error() // the server may hang up on what is too long
	}
	defer reply.Body.Close()
	answer, err := io.ReadAll(reply.Body)
	if err != nil {
		return reply.StatusCode, err.Error() // or while it answers: net/http reads no more than 256 KiB of what nobody wanted
	}
	return reply.StatusCode, string(answer)
}

func TestGarbage_IsRefusedEverywhereAndHarmsNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	p := s.visitor("code", "read")
	p.connect()
	p.leaves()
	garbage := make([]byte, 1<<20)
	if _, err := rand.Read(garbage); err != nil {
		t.Fatal(err)
	}
	link, session := p.link.LinkID, p.session
	id, _, _ := strings.Cut(strings.TrimPrefix(session, "/s/"), ".")
	paths := []string{
		"/", "/healthz", "/readyz", "/static/", "/static/app.css", "/openapi.json", "/nowhere", "/..%2f..%2fetc%2fpasswd",
		"/v1/links", "/v1/links/" + link, "/v1/links/" + link + "/sessions", "/v1/links/nothing/cancel", "/v1/sessions/" + id,
		"/v1/events", "/v1/providers", "/v1/nowhere", "/link/claim", "/link/nowhere", "/link/ws", "/sessions/" + id + "/ws",
		"/webhook_verification_key/get", "/.well-known/jwks.json", "/c/" + p.link.ClaimCode, "/c/" + p.link.ClaimCode + "/stop", "/c/nobody",
		session, session + "/answer", session + "/cancel", session + "/stay", session + "/retry", session + "/take-over",
		session + "/knock", session + "/allow", session + "/refuse", session + "/password", "/s/nobody", "/s/nobody/answer", "/s/nobody/events",
	}
	for _, base := range []string{s.server.url, s.server.admin} {
		for _, path := range paths {
			for _, try := range [][2]string{{"GET", "text/plain"}, {"POST", "application/json"},
				{"POST", "application/x-www-form-urlencoded"}, {"DELETE", "application/json"}, {"NONSENSE", ""}} {
				status, text := s.server.send(try[0], base+path, try[1], s.key, garbage)
				if status >= http.StatusInternalServerError {
					t.Errorf("%s %s with garbage as %q is met with %d: %.200s", try[0], path, try[1], status, text)
				}
			}
		}
	}
	for _, trace := range []string{"panic", "goroutine ", "request failed", s.key, p.link.ClaimCode} {
		if logContains(s.server.log, trace) {
			t.Errorf("the log holds %q", trace)
		}
	}
	p.answered = "" // the session has not noticed
	p.answer("one_time_code")
	p.ends("complete")
	s.expect(link, "complete", "", "complete")
}

func TestRequestBody_IsLimited(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const limit = 64 << 10
	body, err := json.Marshal(map[string]any{"integrationId": "demo", "operations": operationsNamed("read")})
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]int{limit: http.StatusCreated, limit + 1: http.StatusRequestEntityTooLarge} {
		padded := append(bytes.Clone(body), bytes.Repeat([]byte(" "), size-len(body))...)
		if status, text := s.server.send(http.MethodPost, s.server.url+"/v1/links", "application/json", s.key, padded); status != want {
			t.Errorf("a body of %d bytes is met with %d: %s", size, status, text)
		}
	}
	p := s.visitor("good", "read")
	p.claim()
	status, text := s.server.send(http.MethodPost, s.server.url+p.session+"/answer", "application/x-www-form-urlencoded", "",
		[]byte("promptId="+strings.Repeat("x", limit)))
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "<html") {
		t.Errorf("a form of more than %d bytes is met with %d: %.200s", limit, status, text)
	}
}

// fill makes the server's writes fail as on a full disk, until the returned
// function is called: its files may not grow.
func (s *serverProcess) fill() (empty func()) {
	s.t.Helper()
	var before unix.Rlimit
	if err := unix.Prlimit(s.pid(), unix.RLIMIT_FSIZE, nil, &before); err != nil {
		s.t.Fatal(err)
	}
	set := func(limit unix.Rlimit) {
		if err := unix.Prlimit(s.pid(), unix.RLIMIT_FSIZE, &limit, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	set(unix.Rlimit{Cur: 4 << 10, Max: before.Max})
	return func() { set(before) }
}

func TestFullDisk_LosesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	kept := s.create("read")
	empty := s.server.fill()
	body := fmt.Appendf(nil, `{"integrationId": "demo", "operations": [{"resource": "paymentMethod", "action": "read"}], "webhookUrl": %q}`, s.receiver.URL)
	status, text := s.server.send(http.MethodPost, s.server.url+"/v1/links", "application/json", s.key, body)
	if status != http.StatusServiceUnavailable || strings.Contains(text, "disk") || strings.Contains(text, s.folder) {
		t.Errorf("a link that cannot be stored is met with %d: %s", status, text)
	}
	if status, _ := s.server.send(http.MethodGet, s.server.url+"/healthz", "", "", nil); status != http.StatusOK {
		t.Errorf("a server that cannot store says that it is not alive: %d", status)
	}
	s.expect(kept.LinkID, "pending", "", "pending") // what is there can be read
	empty()
	p := newProcessUser(t, s.processMerchant, kept, "good")
	p.connect()
	p.ends("complete")
	s.expect(kept.LinkID, "complete", "", "complete")
	if status, _ := s.server.send(http.MethodGet, s.server.url+"/readyz", "", "", nil); status != http.StatusOK {
		t.Errorf("the server does not recover: %d", status)
	}
}

func TestFullDisk_KeepsNoSessionForever(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	held := s.site.hold(readingPage)
	p := s.visitor("good", "read", "bills")
	p.connect()
	p.reaches(held)
	empty := s.server.fill()
	held.open()
	s.server.noBrowser()
	eventually(t, "the session's end is refused", func() bool {
		return logContains(s.server.log, "the end of a session could not be written")
	})
	s.expect(p.link.LinkID, "active", "", "running pending")
	empty()
	p.ends("failed")
	s.expect(p.link.LinkID, "failed", "INTERNAL_ERROR", "failed pending")
	s.hears("link.failed", "INTERNAL_ERROR", p.link.LinkID)
	s.succeeds(p, "complete complete")
}

func TestDataFolder_IsReadableByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.create("read")
	for _, name := range []string{"passage.db", "passage.db-wal", "keyset.json", "serve.lock", "browsers"} {
		info, err := os.Stat(s.folder + "/" + name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %s", name, info.Mode())
		}
	}
}
