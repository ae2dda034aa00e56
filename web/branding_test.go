package web_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"passage/db"
	"passage/db/dbtest"
	"passage/web/branding"
)

// logo is a picture as branding makes it.
func (s *testServer) logo() []byte {
	s.Helper()
	var picture bytes.Buffer
	s.Must(png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 64))))
	made, err := branding.Logo(&picture)
	s.Must(err)
	return made
}

func TestPages_ShowTheBrandingOfTheMerchant(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	link, logo := s.Link(), s.logo()
	organization := dbtest.Organization(t, s.DB, "acme")
	s.Must(s.DB.SetBranding(t.Context(), organization.ID, db.Branding{DisplayName: "Acme & Sons", Accent: "#ffe600", Support: "mailto:help@acme.example"}, "ada"))
	s.Must(s.DB.SetLogo(t.Context(), organization.ID, logo, "ada"))
	claim := s.Request(s.Public, "GET", "/c/"+link.ClaimCode, "")
	wantHeaders(t, "the claim page", claim, false)
	page := claim.Body.String()
	if !strings.Contains(page, "Acme &amp; Sons would like to use your Shop account") {
		t.Error("the claim page has another name")
	}
	for pattern, want := range map[string]struct{ mediaType, holds string }{
		`<img[^>]* src="(/logos/[0-9a-f]{32}\.png)"`:                {"image/png", string(logo)},
		`<link rel="stylesheet" href="(/accents/[0-9a-f]{6}\.css)"`: {"text/css; charset=utf-8", "--accent: #ffe600"}, // as it is, in the dark theme
	} {
		named := regexp.MustCompile(pattern).FindStringSubmatch(page)
		if named == nil {
			t.Errorf("the claim page has no %s", pattern)
			continue
		}
		reply := s.Request(s.Public, "GET", named[1], "")
		header := reply.Header()
		if reply.Code != http.StatusOK || header.Get("Content-Type") != want.mediaType || header.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(header.Get("Cache-Control"), "immutable") || !strings.Contains(reply.Body.String(), want.holds) {
			t.Errorf("%s: %d %v", named[1], reply.Code, header)
		}
	}

	s.Must(s.DB.CancelLink(t.Context(), organization.ID, link.ID))
	if ended := s.Request(s.Public, "GET", "/c/"+link.ClaimCode, "").Body.String(); !strings.Contains(ended, `href="mailto:help@acme.example"`) {
		t.Error("who cannot go on is not told whom to ask")
	}
	for _, path := range []string{"/logos/00ff.png", "/logos/.png", "/accents/red.css", "/accents/12594A.css", "/accents/1259.css",
		"/accents/12594a;x.css", "/accents/preview/12594a.css"} {
		if reply := s.Request(s.Public, "GET", path, "", "Accept", "*/*"); reply.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, reply.Code)
		}
	}
}
