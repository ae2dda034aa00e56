package admin_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// wantRedirect checks that a post leads to a page, and opens it.
func (d *testServer) wantRedirect(reply *httptest.ResponseRecorder, pattern string) (page, string) {
	d.Helper()
	to := reply.Header().Get("Location")
	if reply.Code != http.StatusSeeOther || !regexp.MustCompile("^"+pattern+"$").MatchString(to) {
		d.Fatalf("%d to %q, not to %s: %s", reply.Code, to, pattern, reply.Body)
	}
	path, _, _ := strings.Cut(to, "#")
	return d.open(path), to
}

// wantFormAgain checks that a form is shown again with what is wrong, and nothing of
// what was typed lost.
func (d *testServer) wantFormAgain(reply *httptest.ResponseRecorder, says string, kept ...string) {
	d.Helper()
	if reply.Code != http.StatusUnprocessableEntity {
		d.Fatalf("%d: %s", reply.Code, reply.Body)
	}
	shown := read(d.TB, reply.Body.String())
	shown.wantTexts(says)
	if len(shown.each("p", "error")) == 0 || !strings.Contains(shown.raw, `aria-invalid="true"`) {
		d.Errorf("no field is marked: %s", says)
	}
	for _, text := range kept {
		if !strings.Contains(shown.raw, text) {
			d.Errorf("%s: %q is lost", says, text)
		}
	}
}

func TestOrganizations_AddOne(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	d.open("/organizations").wantTexts("No merchant is here yet")
	d.wantFormAgain(d.ask(http.MethodPost, "/organizations", form("name", "T Mobi1e")), `Name must not resemble “T-Mobile”`, `value="T Mobi1e"`)
	added, at := d.wantRedirect(d.ask(http.MethodPost, "/organizations", form("name", " Acme Shop ")), "/organizations/org_[A-Za-z0-9_-]+")
	added.wantTexts("Acme Shop", "No API key is in force")
	d.wantFormAgain(d.ask(http.MethodPost, "/organizations", form("name", "Acme Shop")), "there is an organization of this name")
	organization, err := d.db.OrganizationByName(t.Context(), "Acme Shop")
	d.must(err)
	changes, err := d.db.Changes(t.Context(), organization.ID, 1)
	d.must(err)
	if at != "/organizations/"+organization.ID || len(changes) != 1 || changes[0].Actor != email {
		t.Errorf("%s, %+v", at, changes)
	}

	link := dbtest.Link(t, d.db, dbtest.NewLink(organization.ID))
	d.attempt(link, db.SessionFailed)
	_, err = d.db.CreateKey(t.Context(), db.NewKey{OrganizationID: organization.ID})
	d.must(err)
	d.open("/organizations").wantTexts("Acme Shop 1 1 1 –")
	d.clock.Advance(25 * time.Hour)
	d.logIn(password, "") // after a working day
	d.open("/organizations").wantTexts("Acme Shop 0 0 1 –")
}

var secretForm = regexp.MustCompile(`psg_[A-Za-z0-9_-]{20,}|whsec_[A-Za-z0-9+/=]+`)

func TestKeys_AreShownOnceRotatedAndRevoked(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	organization := dbtest.Organization(t, d.db, "acme")
	home := "/organizations/" + organization.ID
	d.wantFormAgain(d.ask(http.MethodPost, home+"/keys", form("name", "till <1>", "days", "-1", "scope", "read", "test", "yes")),
		"Days that it is good for must be a number", `value="till &lt;1&gt;"`, `value="read" checked`, `value="yes" checked`)
	made := d.ask(http.MethodPost, home+"/keys", form("name", "till", "days", "30", "scope", "read", "test", "yes"))
	ticket := home + "/secrets/[A-Z2-7]+"
	shown, at := d.wantRedirect(made, ticket)
	secret := secretForm.FindString(shown.raw)
	key, err := d.db.Authenticate(t.Context(), secret)
	if err != nil || key.Name != "till" || key.Scope != db.ScopeRead || !key.Test || *key.ExpiresAt != d.db.Now()+30*24*time.Hour.Milliseconds() {
		t.Fatalf("%+v, %v", key, err)
	}
	again := d.ask(http.MethodGet, at, "")
	if again.Code != http.StatusGone || strings.Contains(again.Body.String(), secret) || strings.Contains(made.Header().Get("Location")+made.Body.String(), secret) {
		t.Errorf("shown again, or in an address: %d", again.Code)
	}
	list := d.open(home)
	list.wantTexts("psg_test_…"+key.Hint, "till", "read test", "now")
	list.wantNoTexts(secret)

	page := home + "/keys/" + key.ID
	d.wantFormAgain(d.ask(http.MethodPost, page+"/rotate", form("overlap", "soon")), "must be a number from 0", `value="soon"`)
	shown, _ = d.wantRedirect(d.ask(http.MethodPost, page+"/rotate", form("overlap", "2")), ticket)
	next, err := d.db.Authenticate(t.Context(), secretForm.FindString(shown.raw))
	d.must(err)
	if next.Name != "till" || next.Scope != db.ScopeRead {
		t.Errorf("the next key is %+v", next)
	}
	d.open(page).wantTexts("Ends it now and for good", "read test now")
	d.wantRedirect(d.ask(http.MethodPost, page+"/revoke", ""), home)
	if _, err := d.db.Authenticate(t.Context(), secret); err == nil {
		t.Error("the revoked key opens something")
	}
	d.open(home).wantTexts("Ended", "revoked 2027-01-15")

	// A key of another's, one that has ended, and nobody's.
	other := dbtest.Organization(t, d.db, "other")
	for _, path := range []string{page, "/organizations/" + other.ID + "/keys/" + next.ID, home + "/keys/key_none", "/organizations/org_none"} {
		if reply := d.ask(http.MethodGet, path, ""); reply.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, reply.Code)
		}
	}
	if reply := d.ask(http.MethodPost, "/organizations/"+other.ID+"/keys/"+next.ID+"/revoke", ""); reply.Code != http.StatusNotFound {
		t.Errorf("another's key is revoked: %d", reply.Code)
	}
}

func TestSecrets_AreForTheirOperatorAndExpire(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	organization, other := dbtest.Organization(t, d.db, "acme"), dbtest.Organization(t, d.db, "other")
	create := func() string {
		return d.ask(http.MethodPost, "/organizations/"+organization.ID+"/keys", form("scope", "all")).Header().Get("Location")
	}
	at := create()
	if head := d.ask(http.MethodHead, at, ""); head.Code != http.StatusOK {
		t.Errorf("HEAD: %d", head.Code)
	}
	elsewhere := strings.Replace(at, organization.ID, other.ID, 1)
	if reply := d.ask(http.MethodGet, elsewhere, ""); reply.Code != http.StatusGone {
		t.Errorf("under another merchant: %d", reply.Code)
	}
	if shown := d.open(at); !secretForm.MatchString(shown.raw) {
		t.Error("whoever only looked for it has used it up")
	}
	at = create()
	d.clock.Advance(2 * time.Minute)
	if reply := d.ask(http.MethodGet, at, ""); reply.Code != http.StatusGone || secretForm.MatchString(reply.Body.String()) {
		t.Errorf("after two minutes: %d", reply.Code)
	}
}

func TestBranding_IsEdited(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	organization := dbtest.Organization(t, d.db, "acme")
	at := "/organizations/" + organization.ID + "/branding"
	fields := []string{"displayName", "Acme", "accent", "#FFE600", "support", "help@acme.example", "returnTo", "shop.acme.example\r\nmyapp:\r\n", "embedOrigins", "https://shop.acme.example"}
	previewed := d.ask(http.MethodPost, at, form(append(fields, "do", "preview")...))
	if previewed.Code != http.StatusOK || !strings.Contains(previewed.Body.String(), "/accents/preview/ffe600.css") {
		t.Errorf("preview: %d", previewed.Code)
	}
	if stored, err := d.db.Organization(t.Context(), organization.ID); err != nil || stored.Accent != "" {
		t.Errorf("a preview is kept: %+v, %v", stored, err)
	}
	saved, _ := d.wantRedirect(d.ask(http.MethodPost, at, form(fields...)), at)
	saved.wantTexts("Saved.", "Acme would like to use your Demo Mobile account", "in the light theme, where its contrast is", "ada@passage.example accent #ffe600")
	stored, err := d.db.Organization(t.Context(), organization.ID)
	d.must(err)
	if stored.DisplayName != "Acme" || stored.Accent != "#ffe600" || len(stored.ReturnTo) != 2 || len(stored.EmbedOrigins) != 1 {
		t.Errorf("kept: %+v", stored.Branding)
	}
	fields[1], fields[3], fields[9] = "Veriz0n", "red", "https://a.example/x"
	wrong := d.ask(http.MethodPost, at, form(fields...))
	for _, says := range []string{`Display name must not resemble “Verizon”`, "Accent colour must be a colour", "must be an exact origin"} {
		d.wantFormAgain(wrong, says, `value="Veriz0n"`, `value="red"`, "https://a.example/x</textarea>", "shop.acme.example\nmyapp:</textarea>")
	}
	if reply := d.ask(http.MethodPost, at, "displayName="+strings.Repeat("a", 40_000)); reply.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge form: %d", reply.Code)
	}
}

// upload posts a file as a browser does.
func (d *testServer) upload(to string, content []byte) *httptest.ResponseRecorder {
	d.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	part, err := parts.CreateFormFile("logo", "logo.svg")
	d.must(err)
	_, err = part.Write(content)
	d.must(err)
	d.must(parts.Close())
	request := httptest.NewRequestWithContext(d.Context(), http.MethodPost, to, &body)
	request.Header.Set("Content-Type", parts.FormDataContentType())
	request.Header.Set("Cookie", d.cookie)
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, request)
	return recorder
}

func TestBranding_LogoIsUploadedAndRemoved(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	organization := dbtest.Organization(t, d.db, "acme")
	home := "/organizations/" + organization.ID
	var picture bytes.Buffer
	d.must(png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 64, 64))))
	saved, _ := d.wantRedirect(d.upload(home+"/logo", picture.Bytes()), home+"/branding")
	saved.wantTexts("Saved.")
	logos := saved.each("img", "tile-logo")
	if len(logos) == 0 {
		t.Fatal("the logo is not shown")
	}
	logo := d.ask(http.MethodGet, attribute(logos[0], "src"), "")
	if logo.Code != http.StatusOK || logo.Header().Get("Content-Type") != "image/png" || bytes.Equal(logo.Body.Bytes(), picture.Bytes()) {
		t.Errorf("the logo: %d %v", logo.Code, logo.Header())
	}
	d.wantFormAgain(d.upload(home+"/logo", []byte("<svg/>")), "Logo must be a PNG, JPEG, GIF or WebP picture")
	d.wantFormAgain(d.upload(home+"/logo", make([]byte, 1<<20)), "Logo must have at most 512 KB")
	d.wantFormAgain(d.ask(http.MethodPost, home+"/logo", ""), "Logo must be chosen first")
	gone, _ := d.wantRedirect(d.ask(http.MethodPost, home+"/logo/remove", ""), home+"/branding")
	if len(gone.each("img", "tile-logo")) > 0 {
		t.Error("the logo is still shown")
	}
}

func TestWebhooks_AreListedPerOrganization(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	organization := dbtest.Organization(t, d.db, "acme")
	home := "/organizations/" + organization.ID + "/webhooks"
	d.open(home).wantTexts("Nothing has been sent yet", "The first one is made with the first webhook")
	session := d.session(db.SessionFailed)
	d.attemptDelivery(db.DeliveryAttempt{Took: 84, Error: "the receiver answered 503"}, db.DeliveryFailed, 0)
	page := d.open(home)
	page.wantTexts("link.failed failed to merchant.example the receiver answered 503 " + session.ID)
	page.wantNoTexts("merchant.example/hooks")
	events, err := d.db.EventsOfLink(t.Context(), session.LinkID)
	d.must(err)
	d.clock.Advance(time.Second)
	d.wantRedirect(d.ask(http.MethodPost, home+"/events/"+events[0].ID, ""), regexp.QuoteMeta(home+"#latest"))
	d.open(home).wantTexts("pending to merchant.example")
	other := dbtest.Organization(t, d.db, "other")
	if reply := d.ask(http.MethodPost, "/organizations/"+other.ID+"/webhooks/events/"+events[0].ID, ""); reply.Code != http.StatusNotFound {
		t.Errorf("another's event is sent again: %d", reply.Code)
	}

	ticket := "/organizations/" + organization.ID + "/secrets/[A-Z2-7]+"
	shown, _ := d.wantRedirect(d.ask(http.MethodPost, home+"/secret", ""), ticket)
	first, err := d.db.EnsureWebhookSecrets(t.Context(), organization.ID)
	d.must(err)
	if !strings.Contains(shown.raw, first[0]) {
		t.Error("the secret is not shown")
	}
	d.wantFormAgain(d.ask(http.MethodPost, home+"/rotate", url.Values{}.Encode()), "must be a number")
	shown, _ = d.wantRedirect(d.ask(http.MethodPost, home+"/rotate", form("overlap", "24")), ticket)
	both, err := d.db.EnsureWebhookSecrets(t.Context(), organization.ID)
	d.must(err)
	if len(both) != 2 || both[0] == first[0] || !strings.Contains(shown.raw, both[0]) {
		t.Errorf("after the rotation there are %d secrets", len(both))
	}
	d.open(home).wantTexts("signs")
}
