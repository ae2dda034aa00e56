package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
)

const framingPage = "https://shop.acme.example"

// embedding lets acme's pages at some origins embed the hosted ones.
func (h *house) embedding(origins ...string) {
	h.Helper()
	acme := dbtest.Organization(h, h.db, "acme")
	look := acme.Branding
	look.EmbedOrigins = origins
	h.must(h.db.SetBranding(h.Context(), acme.ID, look, "test"))
}

// sendFramed is send as a browser does it for a frame.
func (d *device) sendFramed(method, path string) *httptest.ResponseRecorder {
	d.Helper()
	return d.ask(d.public, method, path, "", "Cookie", d.cookie, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "same-origin")
}

// wantFraming checks who may frame a page, and who is told of its link.
func wantFraming(t *testing.T, where string, reply *httptest.ResponseRecorder, link db.Link, origins ...string) {
	t.Helper()
	ancestors := ""
	for part := range strings.SplitSeq(reply.Header().Get("Content-Security-Policy"), "; ") {
		if strings.HasPrefix(part, "frame-ancestors") {
			ancestors = part
		}
	}
	want, page := "frame-ancestors 'none'", reply.Body.String()
	if len(origins) > 0 {
		want = "frame-ancestors " + strings.Join(origins, " ")
		for _, part := range []string{`data-hosts="` + strings.Join(origins, " ") + `"`, `data-link="` + link.ID + `"`} {
			if !strings.Contains(page, part) {
				t.Errorf("%s lacks %s", where, part)
			}
		}
	} else if strings.Contains(page, "data-hosts") || strings.Contains(page, "data-status") {
		t.Errorf("%s tells somebody", where)
	}
	if framing := reply.Header().Get("X-Frame-Options"); ancestors != want || (framing == "DENY") != (len(origins) == 0) {
		t.Errorf("%s: %s, X-Frame-Options %q", where, ancestors, framing)
	}
}

func TestOnlyTheOrganizationsOwnOriginsFrameItsPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link := h.link()
	claim := "/c/" + link.ClaimCode
	wantFraming(t, "without any origin", h.ask(h.public, "GET", claim, ""), link)
	origins := []string{framingPage, "http://127.0.0.1:8090"}
	h.embedding(origins...)
	person := &device{house: h}
	for _, path := range []string{claim, claim + "/stop", claim + "/window"} {
		wantFraming(t, path, person.send("GET", path), link, origins...)
	}
	session := person.send("POST", claim).Header().Get("Location")
	wantFraming(t, "the session", person.send("GET", session), link, origins...)
	stranger := &device{house: h}
	wantFraming(t, "another browser's", stranger.send("GET", session), link, origins...)
	for _, path := range []string{"/c/clm_x", "/s/sess_x", "/h/hnd_x"} {
		wantFraming(t, path, person.send("GET", path), link)
	}
}

func TestThePageSaysHowItsLinkStands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.embedding(framingPage)
	claim := "/c/" + h.link().ClaimCode
	person := &device{house: h}
	person.sees("the claim page", person.send("GET", claim), http.StatusOK, `data-status="pending"`)
	session := person.send("POST", claim).Header().Get("Location")
	person.sees("the session", person.send("GET", session), http.StatusOK, `data-status="active"`)
	person.sees("who follows from a frame", person.send("GET", claim+"/window"), http.StatusOK, `data-status="active"`)
	person.send("POST", session+"/cancel")
	person.sees("the end", person.send("GET", session), http.StatusOK, `data-status="failed"`)
	person.sees("the next visit", person.send("GET", claim), http.StatusOK, `data-status="pending"`)
}

// In a frame of another site's, a browser keeps our cookie only apart from all
// others', if at all; it shows by the next request which.
func TestAFrameGetsACookieOfItsOwnOrAWindow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.embedding(framingPage)
	claim := "/c/" + h.link().ClaimCode
	person := &device{house: h}
	first := person.sendFramed("GET", claim)
	person.sees("the first request", first, http.StatusSeeOther, claim+"/window")
	cookie := first.Header().Get("Set-Cookie")
	for _, part := range []string{"passage_framed=", "SameSite=None", "Secure", "HttpOnly", "Partitioned", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	person.sees("refused", person.sendFramed("GET", claim+"/window"), http.StatusOK, `target="passage-window" rel="opener"`)
	person.sees("refused, and posting all the same", person.sendFramed("POST", claim), http.StatusSeeOther, claim+"/window")

	person.cookie, _, _ = strings.Cut(cookie, ";")
	person.sees("kept", person.sendFramed("GET", claim+"/window"), http.StatusSeeOther, claim)
	shown := person.sendFramed("GET", claim)
	person.sees("kept, and led back", shown, http.StatusOK, `action="`+claim+`"`)
	if again := shown.Header().Get("Set-Cookie"); again != "" {
		t.Errorf("another cookie is set: %s", again)
	}
	session := person.sendFramed("POST", claim)
	person.sees("claiming", session, http.StatusSeeOther, "/s/sess_")
	person.sees("the session", person.sendFramed("GET", session.Header().Get("Location")), http.StatusOK, `name="password"`)
}

func TestAPageThatIsInNoFrameKeepsItsLaxCookie(t *testing.T) {
	t.Parallel()
	for address, secure := range map[string]bool{"http://passage.example": false, "https://passage.example": true} {
		h := newHouseAt(t, address)
		cookie := h.ask(h.public, "GET", "/c/"+h.link().ClaimCode, "", "Sec-Fetch-Dest", "document").Header().Get("Set-Cookie")
		if !strings.Contains(cookie, "passage_browser=") || !strings.Contains(cookie, "SameSite=Lax") ||
			strings.Contains(cookie, "Partitioned") || strings.Contains(cookie, "Secure") != secure {
			t.Errorf("%s: %q", address, cookie)
		}
	}
}
