package connect_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"passage/web/webtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// visitor is one browser of a person's: it keeps its cookie.
type visitor struct {
	*webtest.Server
	cookie string
}

func (v *visitor) send(method, path string) *httptest.ResponseRecorder {
	v.Helper()
	reply := v.Request(v.Public, method, path, "", "Cookie", v.cookie)
	if cookie := reply.Header().Get("Set-Cookie"); cookie != "" {
		v.cookie, _, _ = strings.Cut(cookie, ";")
	}
	return reply
}

// sendFromIframe is send as a browser does it for a page in an iframe.
func (v *visitor) sendFromIframe(method, path string) *httptest.ResponseRecorder {
	v.Helper()
	return v.Request(v.Public, method, path, "", "Cookie", v.cookie, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin")
}

// wantReply checks the status of a reply and a part of its page, or of the
// address that it redirects to.
func (v *visitor) wantReply(what string, reply *httptest.ResponseRecorder, status int, part string) {
	v.Helper()
	if shown := reply.Body.String() + reply.Header().Get("Location"); reply.Code != status || !strings.Contains(shown, part) {
		v.Errorf("%s: %d, want %d with %q: %.2000s", what, reply.Code, status, part, shown)
	}
}
