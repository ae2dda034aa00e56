package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"passage/db"
	"passage/db/dbtest"
)

// attemptDelivery makes a try at the one delivery that is due.
func (d *testServer) attemptDelivery(try db.DeliveryAttempt, status db.DeliveryStatus, next int64) {
	d.Helper()
	due, err := d.db.LeaseDeliveries(d.Context(), 10, time.Minute)
	d.must(err)
	if len(due) != 1 {
		d.Fatalf("%d deliveries are due", len(due))
	}
	d.must(d.db.RecordAttempt(d.Context(), due[0], try, status, next))
}

func TestSession_ShowsAndResendsWebhooks(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	session := d.session(db.SessionFailed)
	refused := http.StatusServiceUnavailable
	d.attemptDelivery(db.DeliveryAttempt{StatusCode: &refused, Took: 84, Error: "the receiver answered 503", Reply: "busy <b>"}, db.DeliveryPending, d.db.Now()+5000)
	d.clock.Advance(5 * time.Second)
	d.attemptDelivery(db.DeliveryAttempt{Took: 10_000, Error: "no reply within 10 seconds"}, db.DeliveryFailed, 0)
	address := "/sessions/" + session.ID
	page := d.open(address)
	shown := page.section("webhooks")
	for _, part := range []string{"link.failed 5 s ago Send again", "failed to merchant.example", "5 s ago 503 84 ms the receiver answered 503 busy <b>",
		"now – 10 s no reply within 10 seconds"} {
		if !strings.Contains(shown, part) {
			t.Errorf("the webhooks lack %q: %s", part, shown)
		}
	}
	page.wantNoTexts("merchant.example/hooks") // a path may hold a secret of the merchant's

	var again string
	for _, form := range page.each("form", "") {
		if action := attribute(form, "action"); strings.Contains(action, "/webhooks/") {
			again = action
		}
	}
	for range 2 { // a double click
		reply := d.ask(http.MethodPost, again, "")
		if to := reply.Header().Get("Location"); reply.Code != http.StatusSeeOther || to != address+"#webhooks" {
			t.Fatalf("sending again: %d to %q", reply.Code, to)
		}
	}
	if shown := d.open(address).section("webhooks"); strings.Count(shown, "to merchant.example") != 2 || !strings.Contains(shown, "pending to merchant.example next try") {
		t.Errorf("after it was sent again: %s", shown)
	}
	d.attemptDelivery(db.DeliveryAttempt{Took: 3}, db.DeliveryDelivered, 0)
	if shown := d.open(address).section("webhooks"); !strings.Contains(shown, "delivered to merchant.example Tries When Reply Took What came of it now – 3 ms taken") {
		t.Errorf("after it was taken: %s", shown)
	}
}

func TestSession_ResendsOnlyEventsOfItsLink(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	session, other := d.session(db.SessionFailed), d.session(db.SessionFailed)
	foreign, err := d.db.EventsOfLink(t.Context(), other.LinkID)
	d.must(err)
	for _, path := range []string{"/sessions/" + session.ID + "/webhooks/" + foreign[0].ID, "/sessions/" + session.ID + "/webhooks/evt_none",
		"/sessions/sess_none/webhooks/" + foreign[0].ID} {
		if reply := d.ask(http.MethodPost, path, ""); reply.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, reply.Code)
		}
	}
}

func TestSession_SaysThatALinkHasNoWebhookURL(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	wanted := dbtest.NewLink(dbtest.Organization(d, d.db, "acme").ID)
	wanted.WebhookURL = ""
	session := d.attempt(dbtest.Link(d, d.db, wanted), db.SessionFailed)
	if shown := d.open("/sessions/" + session.ID).section("webhooks"); shown != "Webhooks of this link link.failed now The link has no webhook URL." {
		t.Errorf("it shows %q", shown)
	}
}

func TestOverview_NamesPausedHosts(t *testing.T) {
	t.Parallel()
	d := newLoggedIn(t)
	session := d.session(db.SessionFailed)
	if shown := d.open("/").section("paused"); shown != "" {
		t.Errorf("at first it shows %q", shown)
	}
	for range 25 {
		d.attemptDelivery(db.DeliveryAttempt{Error: "refused"}, db.DeliveryPending, d.db.Now()+time.Hour.Milliseconds())
		d.clock.Advance(time.Hour)
	}
	d.logIn(password, "") // the one before has run out
	held := d.session(db.SessionFailed)
	if shown := d.open("/").section("paused"); !strings.HasSuffix(shown, "Waiting merchant.example acme 25 h ago 2") {
		t.Errorf("it shows %q", shown)
	}
	if shown := d.open("/sessions/" + held.ID).section("webhooks"); !strings.Contains(shown, "pending to merchant.example This host has taken nothing") {
		t.Errorf("what is held shows %q", shown)
	}
	d.ask(http.MethodPost, "/sessions/"+session.ID+"/webhooks/"+d.eventOf(session), "")
	if shown := d.open("/").section("paused"); shown != "" {
		t.Errorf("after one was sent again it shows %q", shown)
	}
}

func (d *testServer) eventOf(session db.Session) string {
	d.Helper()
	events, err := d.db.EventsOfLink(d.Context(), session.LinkID)
	d.must(err)
	return events[0].ID
}
