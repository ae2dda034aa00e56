package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// device is a browser of a person's: it keeps its cookie.
type device struct {
	*house
	cookie string
}

func (d *device) send(method, path string) *httptest.ResponseRecorder {
	d.Helper()
	reply := d.ask(d.public, method, path, "", "Cookie", d.cookie)
	if cookie := reply.Header().Get("Set-Cookie"); cookie != "" {
		d.cookie, _, _ = strings.Cut(cookie, ";")
	}
	return reply
}

// sees checks the status of a reply and what is on the page, or where it leads.
func (d *device) sees(what string, reply *httptest.ResponseRecorder, status int, part string) {
	d.Helper()
	if shown := reply.Body.String() + reply.Header().Get("Location"); reply.Code != status || !strings.Contains(shown, part) {
		d.Errorf("%s: %d, want %d with %q: %.2000s", what, reply.Code, status, part, shown)
	}
}

var scanned = regexp.MustCompile(`http://passage\.example(/h/hnd_[\w-]{22})<`)

// scan makes a new code at the desktop and reads it with a camera.
func (d *device) scan(claim string) (page, address string) {
	d.Helper()
	page = d.send("POST", claim+"/phone").Header().Get("Location")
	found := scanned.FindStringSubmatch(d.send("GET", page).Body.String())
	if found == nil {
		d.Fatalf("%s shows no code", page)
	}
	return page, found[1]
}

func TestTheLinkGoesOnOnThePhoneThatScannedTheCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link := h.link()
	claim := "/c/" + link.ClaimCode
	desktop, phone, other := &device{house: h}, &device{house: h}, &device{house: h}
	desktop.sees("the claim page", desktop.send("GET", claim), http.StatusOK, `action="`+claim+`/phone"`)
	page, address := desktop.scan(claim)
	shown := desktop.send("GET", page).Body.String()
	if !strings.Contains(shown, `<svg class="qr"`) || !strings.Contains(shown, page+`/events"`) {
		t.Errorf("the code's page shows %s", shown)
	}
	for range 3 { // a preview, a scanner, and the phone itself
		reply := phone.send("GET", address)
		phone.sees("the phone", reply, http.StatusOK, `action="`+address+`"`)
		if strings.Contains(reply.Body.String(), link.ClaimCode) {
			t.Error("the address alone gives the claim code away")
		}
	}
	desktop.sees("the desktop, before", desktop.send("GET", page), http.StatusOK, "<svg class=\"qr\"")
	for _, path := range []string{address, address} { // and once more where the reply got lost
		phone.sees("the phone, using the code", phone.send("POST", path), http.StatusSeeOther, claim)
	}
	phone.sees("the phone, coming back", phone.send("GET", address), http.StatusSeeOther, claim)
	other.sees("another phone", other.send("POST", address), http.StatusSeeOther, address)
	other.sees("another phone, led there", other.send("GET", address), http.StatusGone, "can’t be used any more")
	desktop.sees("the desktop, after", desktop.send("GET", page), http.StatusOK, "It goes on on your phone")
	phone.sees("the phone, claiming", phone.send("POST", claim), http.StatusSeeOther, "/s/sess_")
	desktop.sees("the desktop, while it goes on", desktop.send("GET", page), http.StatusOK, "It goes on on your phone")
	desktop.sees("the desktop, asking too late", desktop.send("POST", claim+"/phone"), http.StatusSeeOther, claim)
	desktop.sees("the form's address, loaded anew", desktop.send("GET", claim+"/phone"), http.StatusSeeOther, claim)
}

func TestAPhoneCodeRunsOutAndTheNextOneWorks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	claim := "/c/" + h.link().ClaimCode
	desktop, phone := &device{house: h}, &device{house: h}
	page, address := desktop.scan(claim)
	h.clock.Advance(db.PhoneCodeTime)
	desktop.sees("the desktop", desktop.send("GET", page), http.StatusOK, "Show a new code")
	phone.sees("the phone", phone.send("POST", address), http.StatusSeeOther, address)
	late := phone.send("GET", address)
	phone.sees("the phone, late", late, http.StatusGone, "can’t be used any more")
	if strings.Contains(late.Body.String(), "acme") || strings.Contains(late.Body.String(), claim) {
		t.Errorf("a spent code still says whose it was: %s", late.Body)
	}
	_, next := desktop.scan(claim)
	desktop.sees("the desktop, at the old address", desktop.send("GET", page), http.StatusSeeOther, claim)
	phone.sees("the phone, at the old address", phone.send("POST", address), http.StatusNotFound, "We don’t know this link")
	phone.sees("the phone", phone.send("POST", next), http.StatusSeeOther, claim)
}

// Where the return is required, the merchant has to know whoever comes back: on
// another device it hardly does.
func TestALinkThatRequiresTheReturnStaysOnItsDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	new := dbtest.NewLink(dbtest.Organization(h, h.db, "acme").ID)
	new.IntegrationID, new.ReturnURL, new.RequireReturn = "shop", "https://acme.example/done", true
	claim := "/c/" + dbtest.Link(h, h.db, new).ClaimCode
	desktop := &device{house: h}
	if page := desktop.send("GET", claim).Body.String(); strings.Contains(page, claim+"/phone") {
		t.Error("the phone is offered")
	}
	desktop.sees("asking all the same", desktop.send("POST", claim+"/phone"), http.StatusSeeOther, claim)
}

var revision = regexp.MustCompile(`data-revision="(\d+)"`)

// A page takes what is newer alone, and neither a code nor a link that runs out
// has changed.
func TestWhatRunsOutIsNewerThanWhatWasShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	desktop := &device{house: h}
	claim := "/c/" + h.link().ClaimCode
	page, _ := desktop.scan(claim)
	at := func(path string) string {
		return revision.FindStringSubmatch(desktop.send("GET", path).Body.String())[1]
	}
	code, window := at(page), at(claim+"/window")
	h.clock.Advance(db.PhoneCodeTime)
	over := at(page)
	h.clock.Advance(5 * time.Hour)
	if ended, closed := at(page), at(claim+"/window"); code >= over || over >= ended || window >= closed {
		t.Errorf("the code's page is at %s, %s, %s; the window's at %s, %s", code, over, ended, window, closed)
	}
}

// The page that shows the code ends with the link, and follows it until then.
func TestTheDesktopFollowsTheLinkToItsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link := h.link()
	desktop := &device{house: h}
	page, _ := desktop.scan("/c/" + link.ClaimCode)
	server := httptest.NewServer(h.public)
	defer server.Close()
	h.clock.Advance(5 * time.Hour)
	reply, err := server.Client().Get(server.URL + page + "/events") // it ends by itself
	h.must(err)
	defer reply.Body.Close()
	events, err := io.ReadAll(reply.Body)
	h.must(err)
	if !strings.Contains(string(events), `data-end="expired"`) || !strings.Contains(string(events), "event: end") {
		t.Errorf("the stream says %s", events)
	}
}
