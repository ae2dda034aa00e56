package connect_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
	"passage/web/webtest"
)

// merchantOrigin is where the page is from that embeds ours.
const merchantOrigin = "https://shop.acme.example"

// allowEmbedding lets pages of some origins embed the hosted ones of acme.
func allowEmbedding(s *webtest.Server, origins ...string) {
	s.Helper()
	acme := dbtest.Organization(s, s.DB, "acme")
	look := acme.Branding
	look.EmbedOrigins = origins
	s.Must(s.DB.SetBranding(s.Context(), acme.ID, look, "test"))
}

// wantEmbedding checks who may embed a page, and who is told of its link.
func wantEmbedding(t *testing.T, where string, reply *httptest.ResponseRecorder, link db.Link, origins ...string) {
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
		t.Errorf("%s tells another page of its link", where)
	}
	if framing := reply.Header().Get("X-Frame-Options"); ancestors != want || (framing == "DENY") != (len(origins) == 0) {
		t.Errorf("%s: %s, X-Frame-Options %q", where, ancestors, framing)
	}
}

func TestHandler_LetsOnlyAllowedOriginsEmbedPages(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	link := s.Link()
	claim := "/c/" + link.ClaimCode
	wantEmbedding(t, "without any origin", s.Request(s.Public, "GET", claim, ""), link)
	origins := []string{merchantOrigin, "http://127.0.0.1:8090"}
	allowEmbedding(s, origins...)
	person := &visitor{Server: s}
	for _, path := range []string{claim, claim + "/stop", claim + "/window"} {
		wantEmbedding(t, path, person.send("GET", path), link, origins...)
	}
	session := person.send("POST", claim).Header().Get("Location")
	wantEmbedding(t, "the session", person.send("GET", session), link, origins...)
	stranger := &visitor{Server: s}
	wantEmbedding(t, "another visitor", stranger.send("GET", session), link, origins...)
	for _, path := range []string{"/c/clm_x", "/s/sess_x", "/h/hnd_x"} {
		wantEmbedding(t, path, person.send("GET", path), link)
	}
}

func TestHandler_PutsLinkStatusIntoPages(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	allowEmbedding(s, merchantOrigin)
	claim := "/c/" + s.Link().ClaimCode
	person := &visitor{Server: s}
	person.wantReply("the claim page", person.send("GET", claim), http.StatusOK, `data-status="pending"`)
	session := person.send("POST", claim).Header().Get("Location")
	person.wantReply("the session", person.send("GET", session), http.StatusOK, `data-status="active"`)
	person.wantReply("the page in an iframe that follows the window", person.send("GET", claim+"/window"), http.StatusOK, `data-status="active"`)
	person.send("POST", session+"/cancel")
	person.wantReply("the end", person.send("GET", session), http.StatusOK, `data-status="failed"`)
	person.wantReply("the next visit", person.send("GET", claim), http.StatusOK, `data-status="pending"`)
}

// In an iframe of another site a browser keeps our cookie in a partition of its
// own or not at all. The next request shows which.
func TestHandler_OffersWindowWhereIframeKeepsNoCookie(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	allowEmbedding(s, merchantOrigin)
	claim := "/c/" + s.Link().ClaimCode
	person := &visitor{Server: s}
	first := person.sendFromIframe("GET", claim)
	person.wantReply("the first request", first, http.StatusSeeOther, claim+"/window")
	cookie := first.Header().Get("Set-Cookie")
	for _, part := range []string{"passage_framed=", "SameSite=None", "Secure", "HttpOnly", "Partitioned", "Path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %s", cookie, part)
		}
	}
	person.wantReply("refused", person.sendFromIframe("GET", claim+"/window"), http.StatusOK, `target="passage-window" rel="opener"`)
	person.wantReply("refused, and posting all the same", person.sendFromIframe("POST", claim), http.StatusSeeOther, claim+"/window")

	person.cookie, _, _ = strings.Cut(cookie, ";")
	person.wantReply("kept", person.sendFromIframe("GET", claim+"/window"), http.StatusSeeOther, claim)
	shown := person.sendFromIframe("GET", claim)
	person.wantReply("kept, and led back", shown, http.StatusOK, `action="`+claim+`"`)
	if again := shown.Header().Get("Set-Cookie"); again != "" {
		t.Errorf("another cookie is set: %s", again)
	}
	session := person.sendFromIframe("POST", claim)
	person.wantReply("claiming", session, http.StatusSeeOther, "/s/sess_")
	person.wantReply("the session", person.sendFromIframe("GET", session.Header().Get("Location")), http.StatusOK, `name="password"`)
}

func TestHandler_SetsLaxCookieOutsideOfIframes(t *testing.T) {
	t.Parallel()
	for address, secure := range map[string]bool{"http://passage.example": false, "https://passage.example": true} {
		s := webtest.NewAt(t, address)
		cookie := s.Request(s.Public, "GET", "/c/"+s.Link().ClaimCode, "", "Sec-Fetch-Dest", "document").Header().Get("Set-Cookie")
		if !strings.Contains(cookie, "passage_browser=") || !strings.Contains(cookie, "SameSite=Lax") ||
			strings.Contains(cookie, "Partitioned") || strings.Contains(cookie, "Secure") != secure {
			t.Errorf("%s: %q", address, cookie)
		}
	}
}
