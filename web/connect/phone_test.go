package connect_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/web/webtest"
)

// phoneAddress is what the QR code holds, as the page writes it too.
var phoneAddress = regexp.MustCompile(`http://passage\.example(/h/hnd_[\w-]{22})<`)

// newPhoneCode makes a code at the desktop: its page there, and the address for
// the phone.
func (v *visitor) newPhoneCode(claim string) (page, address string) {
	v.Helper()
	page = v.send("POST", claim+"/phone").Header().Get("Location")
	found := phoneAddress.FindStringSubmatch(v.send("GET", page).Body.String())
	if found == nil {
		v.Fatalf("%s shows no code", page)
	}
	return page, found[1]
}

func TestPhoneCode_SendsOnePhoneToTheClaimPage(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	link := s.Link()
	claim := "/c/" + link.ClaimCode
	desktop, phone, other := &visitor{Server: s}, &visitor{Server: s}, &visitor{Server: s}
	desktop.wantReply("the claim page", desktop.send("GET", claim), http.StatusOK, `action="`+claim+`/phone"`)
	page, address := desktop.newPhoneCode(claim)
	shown := desktop.send("GET", page).Body.String()
	if !strings.Contains(shown, `<svg class="qr"`) || !strings.Contains(shown, page+`/events"`) {
		t.Errorf("the code's page shows %s", shown)
	}
	for range 3 { // a link preview, a scanner and the phone itself
		reply := phone.send("GET", address)
		phone.wantReply("the phone", reply, http.StatusOK, `action="`+address+`"`)
		if strings.Contains(reply.Body.String(), link.ClaimCode) {
			t.Error("the address alone reveals the claim code")
		}
	}
	desktop.wantReply("the desktop, before", desktop.send("GET", page), http.StatusOK, "<svg class=\"qr\"")
	for _, path := range []string{address, address} { // and once more where the reply got lost
		phone.wantReply("the phone, using the code", phone.send("POST", path), http.StatusSeeOther, claim)
	}
	phone.wantReply("the phone, coming back", phone.send("GET", address), http.StatusSeeOther, claim)
	other.wantReply("another phone", other.send("POST", address), http.StatusSeeOther, address)
	other.wantReply("another phone, redirected", other.send("GET", address), http.StatusGone, "can’t be used any more")
	desktop.wantReply("the desktop, after", desktop.send("GET", page), http.StatusOK, "It goes on on your phone")
	phone.wantReply("the phone, claiming", phone.send("POST", claim), http.StatusSeeOther, "/s/sess_")
	desktop.wantReply("the desktop, during the session", desktop.send("GET", page), http.StatusOK, "It goes on on your phone")
	desktop.wantReply("the desktop, too late for another code", desktop.send("POST", claim+"/phone"), http.StatusSeeOther, claim)
	desktop.wantReply("the form's address, loaded anew", desktop.send("GET", claim+"/phone"), http.StatusSeeOther, claim)
}

func TestPhoneCode_ExpiresAndCanBeReplaced(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	claim := "/c/" + s.Link().ClaimCode
	desktop, phone := &visitor{Server: s}, &visitor{Server: s}
	page, address := desktop.newPhoneCode(claim)
	s.Clock.Advance(db.PhoneCodeLifetime)
	desktop.wantReply("the desktop", desktop.send("GET", page), http.StatusOK, "Show a new code")
	phone.wantReply("the phone", phone.send("POST", address), http.StatusSeeOther, address)
	late := phone.send("GET", address)
	phone.wantReply("the phone, late", late, http.StatusGone, "can’t be used any more")
	if strings.Contains(late.Body.String(), "acme") || strings.Contains(late.Body.String(), claim) {
		t.Errorf("a used code still says whose it was: %s", late.Body)
	}
	_, next := desktop.newPhoneCode(claim)
	desktop.wantReply("the desktop, at the old address", desktop.send("GET", page), http.StatusSeeOther, claim)
	phone.wantReply("the phone, at the old address", phone.send("POST", address), http.StatusNotFound, "We don’t know this link")
	phone.wantReply("the phone", phone.send("POST", next), http.StatusSeeOther, claim)
}

// Where the return is required, the merchant must know the person who comes
// back, and on another device it hardly does.
func TestPhoneCode_IsNotOfferedWhereReturnIsRequired(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	claim := "/c/" + s.Link(func(l *db.NewLink) { l.ReturnURL, l.RequireReturn = "https://acme.example/done", true }).ClaimCode
	desktop := &visitor{Server: s}
	if page := desktop.send("GET", claim).Body.String(); strings.Contains(page, claim+"/phone") {
		t.Error("the phone is offered")
	}
	desktop.wantReply("a POST all the same", desktop.send("POST", claim+"/phone"), http.StatusSeeOther, claim)
}

var revision = regexp.MustCompile(`data-revision="(\d+)"`)

// A page ignores what is not newer than itself, and neither a code nor a link
// changes when it expires.
func TestPhonePage_RaisesRevisionWhenSomethingExpires(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	desktop := &visitor{Server: s}
	claim := "/c/" + s.Link().ClaimCode
	page, _ := desktop.newPhoneCode(claim)
	at := func(path string) string {
		return revision.FindStringSubmatch(desktop.send("GET", path).Body.String())[1]
	}
	code, window := at(page), at(claim+"/window")
	s.Clock.Advance(db.PhoneCodeLifetime)
	over := at(page)
	s.Clock.Advance(5 * time.Hour)
	if ended, closed := at(page), at(claim+"/window"); code >= over || over >= ended || window >= closed {
		t.Errorf("the code's page is at revisions %s, %s, %s; the window's at %s, %s", code, over, ended, window, closed)
	}
}

func TestPhonePage_StreamEndsWithTheLink(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	link := s.Link()
	desktop := &visitor{Server: s}
	page, _ := desktop.newPhoneCode("/c/" + link.ClaimCode)
	server := httptest.NewServer(s.Public)
	defer server.Close()
	s.Clock.Advance(5 * time.Hour)
	reply, err := server.Client().Get(server.URL + page + "/events") // it ends by itself
	s.Must(err)
	defer reply.Body.Close()
	events, err := io.ReadAll(reply.Body)
	s.Must(err)
	if !strings.Contains(string(events), `data-end="expired"`) || !strings.Contains(string(events), "event: end") {
		t.Errorf("the stream says %s", events)
	}
}
